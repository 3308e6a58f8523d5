/** Seals, data sets, runs and settings. */
import { evidence, state } from './parts.ts';

export const sql = `
create table assay.seals (
  org text not null,
  id bytea not null,
  notebook text not null,
  root bytea not null,
  bundle bytea not null,
  at timestamptz not null default now(),
  primary key (org, id)
);
${evidence('seals')}

create table assay.datasets (
  org text not null,
  name text not null,
  digest bytea not null,
  format text not null,
  meta jsonb not null,
  at timestamptz not null default now(),
  primary key (org, name, digest)
);
${evidence('datasets')}

create table assay.runs (
  org text not null,
  id text not null,
  method text not null,
  state text not null check (state in ('started', 'done', 'failed', 'cancelled')),
  started timestamptz not null default now(),
  ms double precision,
  receipt bytea,
  error jsonb,
  primary key (org, id)
);
create index runs_started on assay.runs (org, started);
${state('runs')}

create table assay.settings (
  org text not null,
  name text not null,
  value jsonb not null,
  primary key (org, name)
);
${state('settings')}
`;
