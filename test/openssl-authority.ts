/** An authority made by `openssl ts`, for tests: a root, a stamping certificate, and replies to requests. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Kind = 'rsa' | 'p256' | 'p384';

export interface Authority {
  /** The root, DER in base64. */
  readonly root: string;
  /** Answers a TimeStampReq. */
  reply(request: Uint8Array): Uint8Array;
  /** Another authority's reply, its content signed anew: `openssl ts` stamps with no certificate that isn't for it, `openssl cms` does. */
  resign(reply: Uint8Array): Uint8Array;
  /** What `openssl ts -verify` says of a reply. */
  verifies(reply: Uint8Array, data: Uint8Array): boolean;
  remove(): void;
}

const EXTENSIONS = {
  good: 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping',
  uncritical: 'basicConstraints=critical,CA:FALSE\nextendedKeyUsage=timeStamping',
  more: 'basicConstraints=critical,CA:FALSE\nextendedKeyUsage=critical,timeStamping,serverAuth',
} as const;

export interface AuthorityOptions {
  readonly kind?: Kind;
  readonly extensions?: keyof typeof EXTENSIONS;
  /** Valid only in the year 2001. */
  readonly expired?: boolean;
  readonly essHash?: 'sha1' | 'sha256';
}

export function makeAuthority({
  kind = 'p256',
  extensions = 'good',
  expired = false,
  essHash = 'sha256',
}: AuthorityOptions = {}): Authority {
  const dir = mkdtempSync(join(tmpdir(), 'assay-tsa-'));
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): Buffer =>
    execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  const key = (name: string): void => {
    const how = {
      rsa: ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
      p256: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      p384: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
    }[kind];
    openssl('genpkey', '-algorithm', ...how, '-out', name);
  };
  key('root.key');
  key('tsa.key');
  openssl(
    'req',
    '-x509',
    '-new',
    '-key',
    'root.key',
    '-subj',
    '/CN=Test root',
    '-days',
    '3650',
    '-sha256',
    '-out',
    'root.pem',
    '-addext',
    'keyUsage=critical,keyCertSign',
  );
  openssl('req', '-new', '-key', 'tsa.key', '-subj', '/CN=Test authority', '-out', 'tsa.csr');
  writeFileSync(at('ext'), EXTENSIONS[extensions]);
  writeFileSync(at('index'), '');
  writeFileSync(at('ca.cnf'), CA);
  const dates = expired ? ['-startdate', '20010101000000Z', '-enddate', '20011231000000Z'] : ['-days', '3650'];
  openssl(
    'ca',
    '-batch',
    '-config',
    'ca.cnf',
    '-in',
    'tsa.csr',
    '-out',
    'tsa.pem',
    '-notext',
    '-create_serial',
    '-extfile',
    'ext',
    '-md',
    'sha256',
    ...dates,
  );
  writeFileSync(at('serial.tsa'), '01\n');
  writeFileSync(at('ts.cnf'), TSA.replace('ESS', essHash));
  return {
    root: readFileSync(at('root.pem'), 'utf8').replaceAll(/-----[^-]+-----|\s/g, ''),
    reply(request) {
      writeFileSync(at('request'), request);
      openssl('ts', '-reply', '-config', 'ts.cnf', '-queryfile', 'request', '-out', 'reply');
      return new Uint8Array(readFileSync(at('reply')));
    },
    resign(reply) {
      writeFileSync(at('given'), reply);
      openssl('ts', '-reply', '-in', 'given', '-token_out', '-out', 'token');
      openssl('cms', '-verify', '-noverify', '-binary', '-inform', 'DER', '-in', 'token', '-out', 'info');
      const content = ['-binary', '-nodetach', '-econtent_type', '1.2.840.113549.1.9.16.1.4', '-in', 'info'];
      const signer = ['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-certfile', 'root.pem', '-md', 'sha256'];
      const how = ['-cades', '-nosmimecap', '-outform', 'DER', '-out', 'signed'];
      openssl('cms', '-sign', ...content, ...signer, ...how);
      const granted = Buffer.from('3003020100', 'hex');
      return new Uint8Array(sequence(Buffer.concat([granted, readFileSync(at('signed'))])));
    },
    verifies(reply, data) {
      writeFileSync(at('reply'), reply);
      writeFileSync(at('data'), data);
      try {
        openssl('ts', '-verify', '-in', 'reply', '-data', 'data', '-CAfile', 'root.pem');
        return true;
      } catch {
        return false;
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** DER of a SEQUENCE between 256 and 65,535 bytes. */
function sequence(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x82, content.length >> 8, content.length & 255]), content]);
}

const CA = `[ca]
default_ca=own
[own]
dir=.
database=index
serial=ca.serial
new_certs_dir=.
certificate=root.pem
private_key=root.key
policy=any
[any]
commonName=supplied
`;
const TSA = `[tsa]
default_tsa=own
[own]
dir=.
serial=serial.tsa
crypto_device=builtin
signer_cert=tsa.pem
signer_key=tsa.key
signer_digest=sha256
certs=root.pem
default_policy=1.2.3.4.1
digests=sha256
accuracy=secs:1,millisecs:500,microsecs:100
ess_cert_id_chain=no
ess_cert_id_alg=ESS
`;
