/** What every tenant table says, so that no migration forgets it. `{app}` stands for the app role's name. */

/** Rows of other organisations don't exist, for the owner neither. The sub-select is evaluated once a statement, not once a row. */
const tenant = (table: string): string => `
alter table assay.${table} enable row level security;
alter table assay.${table} force row level security;
create policy tenant on assay.${table}
  using (org = (select current_setting('assay.org', true)))
  with check (org = (select current_setting('assay.org', true)));
revoke all on assay.${table} from public;
`;

/** Written once, never changed: the app role may look and add. The trigger stops the owner's slips too. */
export const evidence = (table: string): string => `${tenant(table)}
grant select, insert on assay.${table} to {app};
create trigger kept before update or delete or truncate on assay.${table}
  for each statement execute function assay.refuse_change();
`;

/** Working state: the app role may change and remove rows. */
export const state = (table: string): string => `${tenant(table)}
grant select, insert, update, delete on assay.${table} to {app};
`;
