import { javascript } from '@codemirror/lang-javascript';
import { markdown } from '@codemirror/lang-markdown';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import type { Extension } from '@codemirror/state';
import type { Language } from '#common/notebook.ts';

/** DuckDB's SQL is PostgreSQL's but for a few words. */
export function languageOf(language: Language | 'md'): Extension {
  if (language === 'sql') return sql({ dialect: PostgreSQL, upperCaseKeywords: true });
  if (language === 'md') return markdown();
  return javascript({ typescript: language === 'ts', jsx: false });
}
