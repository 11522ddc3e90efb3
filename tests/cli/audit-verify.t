#!/bin/sh
# vitals-audit verify: messages, exit status, files, heads and their signatures.
# (tests/unit/audit_check.c has the kinds of tampering.)
. "$(dirname "$0")/tap.sh"

# A chain of N lines by hand, as vitals-post(1) describes it.
chain() { # N ID
	chain_last=$(printf %064d 0)
	chain_i=0
	while [ $chain_i -lt "$1" ]; do
		chain_l="{\"record\":\"attempt\",\"seq\":$chain_i,\"time\":\"2026-11-28T00:00:00.000Z\",\"id\":\"$2-$chain_i\",\"previous\":\"$chain_last\""
		chain_last=$(printf %s "$chain_l" | sha256sum | cut -c 1-64)
		printf '%s,"hash":"%s"}\n' "$chain_l" "$chain_last"
		chain_i=$((chain_i + 1))
	done
}
chain 12 e >whole
cp whole audit

try 'a whole file' vitals-audit verify audit
is_status 0
stdout_json '.record == "chain" and .file == "audit" and .lines == 12 and .faults == 0 and .first == 0 and .seq == 11'
is_stderr ''
[ "$(jq -r .hash "$WORK/.out")" = "$chain_last" ]
ok 'the hash of the chain is that of the last line'
try 'standard input' vitals-audit verify <audit
is_status 0
stdout_json '.file == "<stdin>"'
is_stderr ''
try 'standard input as -' vitals-audit verify - <audit
is_status 0
stdout_json '.lines == 12'
is_stderr ''
try 'an empty file' vitals-audit verify /dev/null
is_status 0
is_stdout ''
is_stderr ''

# ---- Faults

sed 's/"e-3"/"e-4"/; 7d' whole >audit
try 'two faults' vitals-audit verify audit
is_status 1
stdout_json '.faults == 2 and .lines == 10'
is_stderr 'vitals-audit: audit:4: changed: seq 3: its bytes do not have its hash
vitals-audit: audit:7: missing: 1 line before this one (seq 6)'
sed 's/"e-3"/"e-4"/' whole >audit
printf '{"record":"att' >>audit
try 'a torn line beside a fault' vitals-audit verify -q audit
is_status 1
stdout_json '.faults == 1'
is_stderr 'vitals-audit: audit:4: changed: seq 3: its bytes do not have its hash'

# ---- Rotated files

head -n 5 whole >audit.1
tail -n +6 whole >audit
try 'rotated files' vitals-audit verify audit.1 audit
is_status 0
stdout_json '.lines == 12 and .file == "audit"'
is_stderr ''
try 'in the order of a pattern of the shell' vitals-audit verify audit audit.1
is_status 0
stdout_json '.lines == 12 and .file == "audit"'
is_stderr 'vitals-audit: audit: order: continues audit.1, which was given after it'
try 'without the first' vitals-audit verify audit
is_status 1
stdout_json '.first == 5'
is_stderr 'vitals-audit: audit:1: missing: 5 lines before this one (seq 0 to 4)'
chain 3 other >third
try 'another chain' vitals-audit verify audit.1 third audit
is_status 0
stdout_lines 2
is_stderr ''

# ---- Heads

try 'a head is written' vitals-audit verify --write-head head audit.1
is_status 0
stdout_lines 1
is_stderr ''
jq -e '.record == "head" and .file == "audit.1" and .seq == 4' head >/dev/null
ok 'the head is that of the file'
try 'the chain has grown' vitals-audit verify --head head --write-head head audit.1 audit
is_status 0
stdout_lines 1
is_stderr ''
[ "$(jq .seq head)" = 11 ] && [ "$(find . -name "head*.new" | wc -l)" -eq 0 ]
ok 'the head is replaced'
head -n 10 whole >short
try 'a cut end' vitals-audit verify --head head --write-head head short
is_status 1
stdout_json '.faults == 1'
is_stderr 'vitals-audit: short:10: cut: 2 lines after this one (seq 10 to 11)'
[ "$(jq .seq head)" = 11 ]
ok 'the head stays'
try 'a file that is gone' vitals-audit verify --head head third
is_status 1
stdout_lines 1
is_stderr 'vitals-audit: head:1: cut: no file has the line with seq 11 of this head, nor the start of its chain'
vitals-audit verify --write-head head.1 audit.1 >/dev/null
try 'the files before a head are deleted' vitals-audit verify --head head.1 audit
is_status 0
stdout_json '.first == 5 and .seq == 11'
is_stderr ''
sed 's/"seq":4/"seq":5/' head.1 >head.2
try 'a head with another number' vitals-audit verify --head head.2 audit.1
is_status 1
stdout_lines 1
is_stderr 'vitals-audit: audit.1:5: cut: 1 line after this one (seq 5)'

# ---- Signed heads

vitals-sign -q --new-key key
vitals-sign -q --new-key other
vitals-sign -q --new-key ed -a ed25519 >ed.pub
try 'a signed head is written' vitals-audit verify -k key --write-head signed whole
is_status 0
stdout_lines 1
is_stderr ''
try 'it is good' vitals-audit verify --key-file key --head signed whole
is_status 0
stdout_lines 1
is_stderr ''
vitals-verify -q -k key --any-time signed | jq -e '.record == "head" and .seq == 11' >/dev/null
ok 'vitals-verify accepts it'
try 'with another key' vitals-audit verify -k other --head signed whole
is_status 1
is_stdout ''
stderr_has '^vitals-audit: signed:1: '
sed 's/seq\\":11/seq\\":10/' signed >forged
try 'a changed head' vitals-audit verify -k key --head forged whole
is_status 1
is_stdout ''
stderr_has '^vitals-audit: forged:1: '
try 'a head that is not signed' vitals-audit verify -k key --head head whole
is_status 1
is_stdout ''
stderr_has '^vitals-audit: head:1: '
try 'a signed head without a key' vitals-audit verify --head signed whole
is_status 1
is_stdout ''
is_stderr 'vitals-audit: signed:1: is signed: give --key-file to check it'
vitals-audit verify -k ed --write-head signed.ed whole >/dev/null
try 'an Ed25519 key' vitals-audit verify -k ed.pub --head signed.ed whole
is_status 0
stdout_lines 1
is_stderr ''
try 'a key of the environment' env VITALS_KEY_FILE=other vitals-audit verify --head signed whole
is_status 1
is_stdout ''
stderr_has '^vitals-audit: signed:1: '

# ---- What cannot be read or written

try 'no such file' vitals-audit verify --write-head head.none none whole
is_status 3
stdout_json '.lines == 12'
[ ! -e head.none ]
ok 'no head is written'
is_stderr 'vitals-audit: none: No such file or directory'
try 'a directory' vitals-audit verify .
is_status 3
is_stdout ''
is_stderr 'vitals-audit: .: read failed: Is a directory'
try 'no such head' vitals-audit verify --head none whole
is_status 3
is_stdout ''
is_stderr 'vitals-audit: none: No such file or directory'
try 'a head that is none' vitals-audit verify --head whole whole
is_status 1
is_stdout ''
is_stderr 'vitals-audit: whole:1: not a head that vitals-audit wrote'
try 'a head that cannot be written' vitals-audit verify --write-head none/head whole
is_status 3
stdout_lines 1
is_stderr 'vitals-audit: none/head: cannot be written: No such file or directory'
try 'no command' vitals-audit
is_status 2
is_stdout ''
stderr_has 'the first operand must be'
try 'another command' vitals-audit check whole
is_status 2
is_stdout ''
stderr_has 'the first operand must be'

# ---- Limits

yes x | head -n 8192 >many
try 'as many places as can be' vitals-audit verify -q many
is_status 1
stdout_lines 1
stderr_has '^vitals-audit: many:8192: inserted: '
yes x | head -n 8193 >many
try 'one more' vitals-audit verify many
is_status 3
is_stdout ''
is_stderr 'vitals-audit: many: the chain is broken in more than 8192 places'

printf '{"record":"settled","seq":0,"id":"e"}\n{"record":"settled","se\n' >faults
try 'lines without hashes' vitals-audit verify faults
is_status 1
stderr_has '^vitals-audit: faults:1: inserted: 1 line: has no hashes at its end$'
stderr_has '^vitals-audit: faults:2: inserted: 1 line: cut short$'
stdout_lines 1
done_testing
