import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { AssayError } from '../common/errors.ts';
import { openWitness } from '../witness/index.ts';
import { buildWitnessServer } from '../witness/server.ts';
import { paint } from './terminal.ts';

export const usage = `
assay witness --log VKEY [--log VKEY …] [options]    cosign the checkpoints of other people's logs

  Serves C2SP tlog-witness: POST /add-checkpoint. It cosigns a checkpoint when a proof shows that it continues the one before, and so
  never two histories of one log. The key is made on the first start; whoever trusts the witness puts the printed vkey into a policy.

  --log VKEY   a log that it knows: name+hash+key, or 'ORIGIN name+hash+key' where the origin is not the key's name
  --name NAME  the key's name on the first start: a URL without https://, like witness.example.org/w1
  --home DIR   data directory, under which witness/ is its own; ASSAY_HOME or ./.assay unless given
  --port N     listen here; a free port unless given
  --host ADDR  listen on this address; 127.0.0.1 unless given
`;

/** @throws USAGE, HOME_LOCKED, WITNESS_KEY, WITNESS_STATE, NOTE_INVALID, PORT_TAKEN */
export async function run(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      log: { type: 'string', multiple: true, default: [] },
      name: { type: 'string' },
      home: { type: 'string' },
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
    },
  });
  if (values.log.length === 0) throw new AssayError('USAGE', 'Name at least one log: --log name+hash+key');
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
    throw new AssayError('USAGE', `“${values.port}” is no port.`);
  const home = resolve(values.home ?? (process.env['ASSAY_HOME'] || '.assay'));
  const logger = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
  const witness = await openWitness({
    dir: join(home, 'witness'),
    logs: values.log,
    name: values.name,
    onFork: (origin, note) => logger.error({ origin, note }, 'the log signed two histories of one size'),
  });
  const app = buildWitnessServer(witness, logger);
  try {
    const stopped = new Promise<void>((stop) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop());
    });
    const url = await app.listen({ host: values.host, port: Number(values.port) }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new AssayError('PORT_TAKEN', `Another program listens on port ${values.port}.`);
    });
    console.log(`${witness.vkey}\n${url}`);
    for (const origin of witness.origins) console.log(paint('dim', `cosigns ${origin}`));
    await stopped;
    return 0;
  } finally {
    await app.close();
    await witness.close();
  }
}
