#!/bin/sh
# Makes the vectors beside this file with programs that Assay's authors did not write. New keys each time; the committed files were made
# once, with OpenSSH 9.2p1, minisign 0.11, Go 1.19.8 and golang.org/x/mod 0.7.0 (Debian 12: openssh-client, minisign, golang-go,
# golang-golang-x-mod-dev). Usage: sh make.sh, in an empty folder that holds make.go.
set -eu

printf 'What a stranger signs,\nAssay verifies.\n' > message

ssh-keygen -q -t ed25519 -N '' -C stranger -f ssh
ssh-keygen -Y sign -q -f ssh -n file message
mv message.sig message.ssh.sig
# The key's seed: the 32 bytes before the public key's second copy, at the end of the private key.
sed '1d;$d' ssh | base64 -d | od -An -v -tx1 | tr -d ' \n' | grep -oE '00000040[0-9a-f]{128}' | cut -c9-72 > ssh.seed
rm ssh

minisign -G -W -p minisign.pub -s minisign.key > /dev/null
minisign -S -s minisign.key -m message -c 'from a stranger' -t 'of the message' > /dev/null
# Algorithms, salt and limits take 54 bytes, the key's id 8; then comes the seed.
sed 1d minisign.key | base64 -d | od -An -v -tx1 | tr -d ' \n' | cut -c125-188 > minisign.seed
rm minisign.key

GO111MODULE=off GOPATH=/usr/share/gocode go run make.go > log.json
