/**
 * Every error that Assay reports, in one table. A code never changes its meaning; `says` is the sentence a person reads and `hint`
 * what they can do. docs: `ARCHITECTURE.md` lists the same codes and a test keeps the two equal.
 */
export const ERRORS = {
  INTERNAL: {
    status: 500,
    says: 'Something failed inside Assay.',
    hint: 'The kernel log has the details; please report it.',
  },
  INPUT_INVALID: {
    status: 400,
    says: 'The input does not fit the schema.',
    hint: 'Compare it with the method’s schema at the place named.',
  },
  NOT_FOUND: {
    status: 404,
    says: 'There is nothing of that name.',
    hint: 'Check the spelling, or list what there is.',
  },
  CANCELLED: { status: 499, says: 'The call was cancelled.', hint: 'Start it again when you need it.' },
  TIMEOUT: {
    status: 504,
    says: 'The call took longer than its time limit.',
    hint: 'Give it less to do, or raise the method’s timeout.',
  },
  FORBIDDEN: {
    status: 403,
    says: 'The plugin has no permission for that.',
    hint: 'Name it under `permissions` in plugin.json, if the plugin should have it.',
  },
  METHOD_NOT_FOUND: {
    status: 404,
    says: 'There is no method of that name.',
    hint: 'Methods are named `plugin.method`; GET /api/v1/plugins lists them.',
  },
  PICTURE_REFUSED: {
    status: 422,
    says: 'What the cell offers to save is no picture, or too large for one.',
    hint: 'Pictures are SVG of at most 24 MB, 200,000 shapes and 8,000 pixels a side: show fewer marks or a smaller drawing.',
  },
  PLUGIN_INVALID: {
    status: 422,
    says: 'The plugin’s plugin.json is not right.',
    hint: 'Correct plugin.json at the place named; none of the plugin’s code was loaded.',
  },
  PLUGIN_LOAD_FAILED: {
    status: 500,
    says: 'The plugin’s code could not be loaded.',
    hint: 'Correct the plugin’s code at the place named; it is loaded afresh for the next call.',
  },
  PLUGIN_THREW: {
    status: 500,
    says: 'The plugin failed with an error of its own.',
    hint: 'The details have the plugin’s own stack.',
  },
  PLUGIN_EXITED: {
    status: 500,
    says: 'The plugin’s worker ended before the call did.',
    hint: 'A plugin must not call process.exit; the next call gets a new worker.',
  },
  PLUGIN_STALLED: {
    status: 500,
    says: 'The call can never finish: the plugin waits for something that nothing will bring.',
    hint: 'Look for a promise that is never resolved.',
  },
  PLUGIN_OUTPUT_INVALID: {
    status: 500,
    says: 'What the plugin returned does not fit the method’s output schema.',
    hint: 'Correct the plugin, or the schema in its plugin.json, at the place named.',
  },
  PLUGIN_OUT_OF_MEMORY: {
    status: 507,
    says: 'The plugin needed more memory than it may have.',
    hint: 'Give the call less data, or raise the kernel’s memory limit for plugins.',
  },
  CALL_CYCLE: {
    status: 508,
    says: 'Plugin methods call each other in a circle, or too deep.',
    hint: 'Break the circle: a method may not, through others, call itself.',
  },
  PLUGIN_NAME_INVALID: {
    status: 400,
    says: 'This cannot be a plugin’s name.',
    hint: 'Use lower-case letters, digits and dashes, starting with a letter: `my-plugin`.',
  },
  PLUGIN_EXISTS: {
    status: 409,
    says: 'There is a plugin of that name already.',
    hint: 'Choose another name, or change the plugin that is there.',
  },
  NPY_INVALID: {
    status: 400,
    says: 'The file is not a .npy array that Assay reads.',
    hint: 'Save it with numpy.save as a float, integer or boolean array, without pickled objects.',
  },
  AUTH_REQUIRED: {
    status: 401,
    says: 'The kernel does not know who asks.',
    hint: 'Open the link that the kernel printed when it started, or send its token as `Authorization: Bearer`.',
  },
  HOST_REFUSED: {
    status: 403,
    says: 'The kernel answers on this machine’s own names only.',
    hint: 'Use 127.0.0.1 or localhost with the kernel’s port.',
  },
  ORIGIN_REFUSED: {
    status: 403,
    says: 'The request comes from another page.',
    hint: 'Only the workbench that this kernel serves may ask.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    says: 'The body is larger than the kernel takes.',
    hint: 'Put large data into an artifact or a data set and name it.',
  },
  BODY_INVALID: {
    status: 400,
    says: 'The body is not what its content type says.',
    hint: 'Send well-formed JSON, or the value encoding.',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    says: 'The kernel does not read this content type here.',
    hint: 'Send application/json or application/vnd.assay.value; the OpenAPI document names what each resource takes.',
  },
  NOTEBOOK_CHANGED: {
    status: 409,
    says: 'The notebook on disk is not the one that was edited.',
    hint: 'Load it again and merge, or save with the digest that it has now.',
  },
  NOTEBOOK_EXISTS: {
    status: 409,
    says: 'There is a notebook of that name already.',
    hint: 'Choose another name, or open the one that is there.',
  },
  NAME_INVALID: {
    status: 400,
    says: 'That cannot be the name.',
    hint: 'Notebooks: letters, digits, `-`, `_` and blanks, up to 80, a letter or digit first. Data sets: `[a-z][a-z0-9_]*`. Organisations: lower-case letters, digits, `-`.',
  },
  DIGEST_MISMATCH: {
    status: 422,
    says: 'The bytes do not have the digest that they were sent under.',
    hint: 'Hash what you send, and send it again.',
  },
  PORT_TAKEN: {
    status: 409,
    says: 'Another program listens on that port.',
    hint: 'Choose another with `--port`, or leave it out: then the kernel takes the next free one.',
  },
  UPGRADE_REQUIRED: {
    status: 426,
    says: 'Events come over a WebSocket.',
    hint: 'Open `ws://…/api/v1/events`.',
  },
  RUN_EXISTS: {
    status: 409,
    says: 'A call of that id is running already.',
    hint: 'Choose a new id, or let the kernel make one.',
  },
  STOPPING: {
    status: 503,
    says: 'The kernel is shutting down.',
    hint: 'Start it again with `npx assay serve`.',
  },
  TABLE_INVALID: {
    status: 400,
    says: 'These columns don’t make a table.',
    hint: 'Every column holds one type and as many rows as the others; names are unique.',
  },
  VALUE_UNSUPPORTED: {
    status: 400,
    says: 'The value holds something that has no canonical form.',
    hint: 'Return data: numbers, text, arrays, plain objects, Date, Map, Set, typed arrays, tensors, tables; no functions or class instances.',
  },
  VALUE_MALFORMED: {
    status: 400,
    says: 'These bytes are no encoded value.',
    hint: 'They may be cut, altered, or of another format; encodeValue of kernel/common/value/value.ts makes such bytes.',
  },
  CANONICAL_INVALID: {
    status: 400,
    says: 'This is no canonical JSON (RFC 8785).',
    hint: 'Look at the place named; evidence is refused rather than repaired.',
  },
  RECEIPT_INVALID: {
    status: 422,
    says: 'This is no receipt: a field is missing, unknown or out of bounds.',
    hint: 'Compare it with kernel/common/receipt/receipt.ts at the place named.',
  },
  MERKLE_INVALID: {
    status: 422,
    says: 'The proof does not lead to the signed root.',
    hint: 'Entry, proof or checkpoint were altered, or belong to different logs.',
  },
  NOTE_INVALID: {
    status: 422,
    says: 'The signed note is malformed, or no trusted key signed it.',
    hint: 'Compare the key you trust with the one that signed: name and key hash.',
  },
  TILE_INVALID: {
    status: 422,
    says: 'The log’s tile is malformed.',
    hint: 'Fetch it again; tiles are described in C2SP tlog-tiles.',
  },
  ZIP_INVALID: {
    status: 422,
    says: 'The zip file is malformed, or says different things to different readers.',
    hint: 'Ask for the bundle again, byte for byte as Assay wrote it.',
  },
  BUNDLE_INVALID: {
    status: 422,
    says: 'The parts do not make a bundle.',
    hint: 'Look at the part named.',
  },
  USAGE: {
    status: 400,
    says: 'The command line was not understood.',
    hint: '`assay help` lists the commands, `assay help <command>` explains one.',
  },
  NOTEBOOK_INVALID: {
    status: 400,
    says: 'The notebook file cannot be taken apart.',
    hint: 'Look at the line named: a fence that is not closed, or front matter that is not YAML.',
  },
  CELL_SYNTAX: { status: 400, says: 'The cell cannot be parsed.', hint: 'Look at the line and column named.' },
  CELL_IMPORT: {
    status: 400,
    says: 'Cells import nothing.',
    hint: 'Name the plugin under `uses` in the front matter and call its methods.',
  },
  CELL_NAME_UNKNOWN: {
    status: 400,
    says: 'The cell reads a name that nothing defines.',
    hint: 'Define it in a cell, or name the data set or plugin in the front matter.',
  },
  CELL_NAME_TAKEN: {
    status: 400,
    says: 'Two cells define the same name.',
    hint: 'Rename one of them.',
  },
  CELL_CYCLE: {
    status: 400,
    says: 'Cells depend on each other in a circle.',
    hint: 'Break the circle: one of the cells named must not read the other.',
  },
  CELL_ASSIGNS: {
    status: 400,
    says: 'The cell assigns to a name that another cell defines.',
    hint: 'Declare a new name, or change the cell that defines it.',
  },
  CELL_READS_VIEW: {
    status: 400,
    says: 'A sealed value depends on a view cell.',
    hint: 'Remove `view` from the cell that defines the name, or add it to this one.',
  },
  CELL_REFUSED: {
    status: 400,
    says: 'The cell uses something that cells may not use.',
    hint: 'Code that makes code is refused, since it could not be reproduced.',
  },
  CELL_FAILED: { status: 422, says: 'The cell threw an error.', hint: 'Look at the line named.' },
  CELL_INPUT_FAILED: {
    status: 422,
    says: 'A cell that this cell reads has failed.',
    hint: 'Mend that cell first.',
  },
  CELL_MUTATED: {
    status: 422,
    says: 'A value was changed after its cell had ended.',
    hint: 'Copy it before changing it: `values.slice()`, `new Map(map)`.',
  },
  CELL_CLOCK: {
    status: 422,
    says: 'Random numbers and the clock belong to the cell that runs.',
    hint: 'Pass `random` as an argument to a function that another cell calls.',
  },
  SQL_FAILED: { status: 422, says: 'The query failed.', hint: 'Look at what the database says.' },
  SQL_VARIES: {
    status: 400,
    says: 'The query would give other results tomorrow.',
    hint: 'Pass random numbers and times in as `${…}` instead.',
  },
  SQL_VALUE: {
    status: 422,
    says: 'A value cannot pass between cells and the database.',
    hint: 'Pass numbers, text, booleans, dates and lists of them; cast other column types in the query.',
  },
  NOT_USED: {
    status: 403,
    says: 'The notebook does not name this method under `uses`.',
    hint: 'Add the plugin to `uses` in the front matter.',
  },
  HOME_LOCKED: {
    status: 409,
    says: 'Another kernel uses this data directory.',
    hint: 'Use the kernel that runs, stop it, or set ASSAY_HOME to another directory.',
  },
  STORE_START: {
    status: 503,
    says: 'The embedded PostgreSQL did not start.',
    hint: 'The message quotes its log; DATABASE_URL points Assay at another server.',
  },
  STORE_UNSUPPORTED: {
    status: 501,
    says: 'The embedded PostgreSQL cannot run here.',
    hint: 'Point DATABASE_URL at a PostgreSQL server, version 15 or newer.',
  },
  STORE_VERSION: {
    status: 409,
    says: 'The database belongs to another version.',
    hint: 'Open it with the version named, or use another data directory.',
  },
  STORE_ROLE: {
    status: 403,
    says: 'The database roles are not as Assay needs them.',
    hint: 'Run the SQL that the message names as an administrator of the server.',
  },
  STORE_URL: {
    status: 503,
    says: 'DATABASE_URL leads to no database.',
    hint: 'Correct DATABASE_URL (postgres://user:password@host:port/database) or start that server; without it Assay brings its own.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    says: 'The database does not answer.',
    hint: 'What was being written may or may not have been kept: look it up, then try again.',
  },
  ARTIFACT_CORRUPT: {
    status: 500,
    says: 'A stored artifact no longer has the digest it is named by.',
    hint: 'The disk lost or changed bytes: restore the file from a backup or write it again.',
  },
  DISK_FULL: {
    status: 507,
    says: 'The disk is full.',
    hint: 'Free some space; nothing was written.',
  },
  NO_ACCESS: {
    status: 500,
    says: 'Assay is not allowed to read or write there.',
    hint: 'Allow it, or name another place; `--home DIR` or ASSAY_HOME is where the data are kept.',
  },
  LOG_BUSY: {
    status: 409,
    says: 'Another kernel writes this organisation’s log.',
    hint: 'A log has one writer: stop the other kernel or call through it.',
  },
  LOG_FORKED: {
    status: 500,
    says: 'The published log and the database tell different stories.',
    hint: 'Nothing more is written. Restore the database or the log files from a backup that holds what was published.',
  },
  KEY_INVALID: {
    status: 422,
    says: 'This does not follow from the keys that the log has named.',
    hint: '`assay keys` lists them: who signs now, who did before, and what was revoked.',
  },
  LOG_KEY: {
    status: 500,
    says: 'The log’s signing key is missing or is another one.',
    hint: 'Put the key file back into the data directory’s keys folder.',
  },
  DATASET_INVALID: {
    status: 422,
    says: 'The data set can’t be read.',
    hint: 'Repair the file at the line and column named, or say in dataset.json how it is to be read.',
  },
  DATASET_CHANGED: {
    status: 409,
    says: 'The data set’s bytes are not the ones it was described with.',
    hint: 'Restore the file, or look at what changed and put the new SHA-256 into dataset.json.',
  },
  DATASET_EXISTS: {
    status: 409,
    says: 'There is a data set of that name already.',
    hint: 'Choose another name: a data set that notebooks rely on is never replaced.',
  },
  OFFLINE: {
    status: 503,
    says: 'The kernel does not answer.',
    hint: 'Start it again with `npx assay serve`; the page comes back by itself and what you wrote is kept.',
  },
  RECEIPT_MISMATCH: {
    status: 502,
    says: 'The receipt is not the one that its id names: its body has another SHA-256.',
    hint: 'Do not trust the result; verify the log with `npx assay verify`.',
  },
  MODEL_INVALID: {
    status: 400,
    says: 'This is no ONNX model.',
    hint: 'Give the digest or the path of an ONNX file; models.describe shows what one holds.',
  },
  MODEL_UNSUPPORTED: {
    status: 422,
    says: 'The model is of a kind that this method can’t take.',
    hint: '`models.describe` shows its operators, inputs and outputs.',
  },
  MODEL_FAILED: {
    status: 422,
    says: 'onnxruntime could not load or run the model.',
    hint: 'Look at what it says; the file may be damaged or use operators that the runtime lacks.',
  },
  MODEL_DISAGREES: {
    status: 500,
    says: 'onnxruntime and Assay’s own evaluation of this model give different outputs, so no explanation of it would be honest.',
    hint: 'Please report it with the model; method "exact" asks onnxruntime alone.',
  },
  COLUMN_UNKNOWN: {
    status: 400,
    says: 'There is no such column.',
    hint: 'Check the spelling against the table’s columns.',
  },
  COLUMN_UNFIT: {
    status: 422,
    says: 'This column can’t be used here.',
    hint: 'Look at its type and values; leave it out or turn it into numbers or text.',
  },
  COLUMNS_MISMATCH: {
    status: 422,
    says: 'The table’s columns are not the model’s inputs.',
    hint: 'Give the columns that models.describe lists as features, in any order where the model names them, else in its order.',
  },
  TARGET_UNFIT: {
    status: 422,
    says: 'The target column can’t be learned.',
    hint: 'A target needs two or more different values: numbers for regression, two classes for binary; none missing where it is to be learned.',
  },
  DATA_TOO_SMALL: { status: 422, says: 'There are too few rows.', hint: 'Give more rows.' },
  DATA_TOO_LARGE: {
    status: 413,
    says: 'That is more than this method takes at once.',
    hint: 'Give fewer rows, or explain them in parts.',
  },
  VALUE_MISSING: {
    status: 422,
    says: 'A value is missing where this model or method needs one.',
    hint: 'Leave the row out or fill the value in.',
  },
  COVERS_MISSING: {
    status: 422,
    says: 'The model doesn’t say how many training rows reached each node, which tree-path-dependent SHAP needs.',
    hint: 'Use tree-interventional with a background, or give the training data as the background to derive covers from.',
  },
  BACKGROUND_MISSING: {
    status: 422,
    says: 'This method compares with a background, and none was given.',
    hint: 'Give rows of the training data as `background`; all of them are used.',
  },
  SHAP_INEXACT: {
    status: 422,
    says: 'No exact method fits this model and these options.',
    hint: 'The message says which do; nothing is estimated or downgraded in silence.',
  },
  BUDGET_TOO_SMALL: {
    status: 422,
    says: 'The budget doesn’t pay for an estimate.',
    hint: 'The message says the least; fewer rows or a smaller background cost less.',
  },
  ADDITIVITY_VIOLATED: {
    status: 500,
    says: 'Base and SHAP values don’t add up to the model’s output, so the explanation is withheld.',
    hint: 'Please report it with the model and the row named.',
  },
  PERIOD_INVALID: {
    status: 400,
    says: 'That is no period of which there could be an audit pack.',
    hint: 'Give two days as YYYY-MM-DD, both included, or two moments in RFC 3339, the second one excluded; the first comes before the second and has passed.',
  },
  POLICY_INVALID: {
    status: 400,
    says: 'The policy cannot be read.',
    hint: 'A policy names the logs you trust: {"logs": ["name+hash+key"]}, or lines `log name+hash+key`.',
  },
  TIMESTAMP_INVALID: {
    status: 422,
    says: 'The time stamp does not hold.',
    hint: 'It was altered, is about something else, or comes from an authority that you don’t trust.',
  },
  TIMESTAMP_UNAVAILABLE: {
    status: 502,
    says: 'The time-stamping authority did not answer.',
    hint: 'Look at the URL in tsa.txt or ASSAY_TSA; the seal holds without a time stamp.',
  },
  WITNESS_KEY: {
    status: 500,
    says: 'The witness’s signing key is damaged or another one.',
    hint: 'Put the key file back; a witness with a new key is another witness.',
  },
  WITNESS_REFUSED: {
    status: 502,
    says: 'A witness did not cosign the checkpoint.',
    hint: 'It is asked again by itself; when it has seen another history, the log was put back or has two writers.',
  },
  WITNESS_STATE: {
    status: 500,
    says: 'What the witness last cosigned can’t be read.',
    hint: 'It signs nothing more for this log: restore the file named from a backup.',
  },
  SEEN_INVALID: {
    status: 500,
    says: 'What was remembered of logs can’t be read.',
    hint: 'Restore seen.json; without it a log that was rolled back goes unnoticed. Delete it to begin anew.',
  },
  BUNDLE_REFUTED: {
    status: 422,
    says: 'The bundle does not hold, so running it again would show nothing.',
    hint: '`assay verify` lists what does not hold.',
  },
  PLUGIN_DIFFERS: {
    status: 409,
    says: 'The plugin here is not the one that was sealed.',
    hint: 'Install the version named, or read the result as NOT-RUN.',
  },
  KERNEL_GONE: {
    status: 502,
    says: 'The running kernel does not answer any more.',
    hint: 'Start it again with `npm start`, then repeat the command.',
  },
  SEAL_ROOT_DIFFERS: {
    status: 409,
    says: 'The kernel’s own run of the notebook gives other values than the page shows.',
    hint: 'Run all cells of the page again; if the cells named still differ, they depend on something outside the notebook.',
  },
} as const satisfies Record<string, ErrorEntry>;

export interface ErrorEntry {
  /** HTTP status the error travels with. */
  readonly status: number;
  readonly says: string;
  readonly hint: string;
}

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorOptionsOf {
  /** Where it happened: a path into the input, `file:line`, `plugin.method`. */
  readonly where?: string;
  readonly cause?: unknown;
  /** JSON details for a program; never needed to understand the message. */
  readonly details?: unknown;
}

/** The shape in which an error crosses processes, HTTP and the command line. */
export interface ErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly where?: string;
  readonly details?: unknown;
}

export class AssayError extends Error {
  override readonly name = 'AssayError';
  readonly code: ErrorCode;
  readonly where?: string;
  readonly details?: unknown;

  constructor(code: ErrorCode, message?: string, options: ErrorOptionsOf = {}) {
    super(message ?? ERRORS[code].says, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.where !== undefined) this.where = options.where;
    if (options.details !== undefined) this.details = options.details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  toJSON(): ErrorJson {
    return {
      code: this.code,
      message: this.message,
      hint: ERRORS[this.code].hint,
      ...(this.where === undefined ? {} : { where: this.where }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }

  /** The other side of `toJSON`; anything that is not such an object becomes `INTERNAL`. */
  static from(value: unknown): AssayError {
    if (value instanceof AssayError) return value;
    if (isErrorJson(value)) return new AssayError(value.code, value.message, value);
    if (value instanceof Error) return new AssayError('INTERNAL', value.message, { cause: value });
    return new AssayError('INTERNAL', String(value));
  }
}

function isErrorJson(value: unknown): value is ErrorJson {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    Object.hasOwn(ERRORS, value.code) &&
    'message' in value &&
    typeof value.message === 'string'
  );
}
