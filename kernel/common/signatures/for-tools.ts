/**
 * The same seal for tools that know nothing of Assay: the log's key signs the manifest once more in the forms of `ssh-keygen` and
 * `minisign`, and the seal's envelope is written as a Sigstore bundle. Nothing here adds trust; each is the same key over the same files,
 * and verified as such.
 */
import { publicKeyPem } from './armor.ts';
import { PATHS, TOOLS } from '#common/bundle/layout.ts';
import type { Digest } from '#common/data.ts';
import { AssayError } from '#common/errors.ts';
import { checkMinisign, formatMinisignKey, minisignKey, signMinisign } from './minisign.ts';
import type { NoteSigner, Vkey } from '#common/tlog/note.ts';
import { parseReceipt } from '#common/receipt/receipt.ts';
import { sigstoreBundle } from './sigstore.ts';
import { allowedSigner, checkSsh, signSsh } from './sshsig.ts';
import { sha256Hex } from '#crypto';

/** `ssh-keygen -Y verify -I log -n assay-manifest` */
const SSH_PRINCIPAL = 'log';
const SSH_NAMESPACE = 'assay-manifest';

export interface ToolSignatures {
  readonly sshsig: string;
  readonly minisig: string;
}

const comments = (seal: Digest): Parameters<typeof signMinisign>[1] => ({
  untrusted: `${PATHS.manifest} of a bundle by Assay`,
  trusted: `${PATHS.manifest} of seal ${seal}`,
});

/** Signs no other manifest than the one that the seal names. @throws BUNDLE_INVALID */
export function signForTools(
  seal: { readonly id: Digest; readonly body: string },
  manifest: Uint8Array,
  signer: NoteSigner,
): ToolSignatures {
  const { subject, predicate } = parseReceipt(seal.body);
  const named = subject.find(({ name }) => name === PATHS.manifest)?.digest.sha256;
  if (predicate.kind !== 'seal' || named !== sha256Hex(manifest))
    throw new AssayError('BUNDLE_INVALID', 'This is not the manifest that was sealed.', { where: seal.id });
  return signManifest(seal.id, manifest, signer);
}

/** Whatever the seal is about. */
export function signManifest(seal: Digest, manifest: Uint8Array, signer: NoteSigner): ToolSignatures {
  const { publicKey, secretKey } = signer;
  return {
    sshsig: signSsh(manifest, SSH_NAMESPACE, signer),
    minisig: signMinisign(manifest, comments(seal), minisignKey(publicKey), secretKey),
  };
}

/** The files of a bundle, by path. `dsse`: the seal's envelope, as dsse.ts writes it. */
export function toolFiles(
  { publicKey }: Vkey,
  dsse: string,
  { sshsig, minisig }: ToolSignatures,
): ReadonlyMap<string, string> {
  return new Map([
    [TOOLS.pem, publicKeyPem(publicKey)],
    [TOOLS.allowedSigners, allowedSigner(SSH_PRINCIPAL, SSH_NAMESPACE, publicKey)],
    [TOOLS.sshsig, sshsig],
    [TOOLS.minisignKey, formatMinisignKey(minisignKey(publicKey))],
    [TOOLS.minisig, minisig],
    [TOOLS.sigstore, sigstoreBundle(dsse)],
  ]);
}

/** @throws NOTE_INVALID unless both are by this key and over this manifest */
export function checkToolSignatures(
  { sshsig, minisig }: ToolSignatures,
  manifest: Uint8Array,
  seal: Digest,
  { publicKey }: Vkey,
): void {
  checkSsh(sshsig, manifest, SSH_NAMESPACE, publicKey);
  const said = checkMinisign(minisig, manifest, minisignKey(publicKey));
  const expected = comments(seal);
  if (said.trusted !== expected.trusted || said.untrusted !== expected.untrusted)
    throw new AssayError('NOTE_INVALID', 'The minisign signature is said to be about something else.');
}
