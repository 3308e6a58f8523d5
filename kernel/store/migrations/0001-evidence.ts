/** The log's receipts and signed heads, and what hangs on them. */
import { evidence } from './parts.ts';

export const sql = `
create function assay.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'evidence in % is never changed', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

-- A log's name and key: one for ever.
create table assay.logs (
  org text not null primary key,
  origin text not null,
  vkey text not null,
  at timestamptz not null default now()
);
${evidence('logs')}

-- The leaves in order: id is the SHA-256 of body, which is the receipt in canonical JSON. hmac is for the epoch keys beside the log.
create table assay.receipts (
  org text not null,
  index bigint not null,
  id bytea not null,
  stream text not null,
  seq bigint not null,
  kind text not null,
  body text not null,
  hmac bytea,
  primary key (org, index)
);
create unique index receipts_chain on assay.receipts (org, stream, seq);
create index receipts_id on assay.receipts (substring(id, 1, 8));
${evidence('receipts')}

-- The signed head after each batch, written with the batch.
create table assay.checkpoints (
  org text not null,
  size bigint not null,
  root bytea not null,
  note text not null,
  at timestamptz not null default now(),
  primary key (org, size)
);
${evidence('checkpoints')}

-- What a person noted about a receipt: at most one note each.
create table assay.oversight (
  org text not null,
  index bigint not null,
  author text not null,
  note text not null,
  at timestamptz not null default now(),
  primary key (org, index),
  foreign key (org, index) references assay.receipts (org, index)
);
${evidence('oversight')}
`;
