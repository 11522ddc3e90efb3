#!/bin/sh
# The completions, in the shells themselves.
. "$(dirname "$0")/tap.sh"
c=vitals-receive
[ -x "$BUILD/$c" ] || skip_all "$c is not built"
touch server.pem 'a file'
# LeakSanitizer stops a process at its end, and zsh sends SIGCONT to the processes of a
# subshell: if the two meet, the process hangs.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

# What an interactive bash does with keys: the command is replaced by one that
# prints its arguments.
has_terminal || skip_all 'no terminal available'
typed() { # KEYS (for printf)
	cat >rc <<-X
		PS1='ready> '
		bind 'set bell-style none'
		bind 'set enable-bracketed-paste off'
		. "$ROOT/completions/bash/$c"
		PATH=$BUILD:\$PATH
		$c() { printf '<%s>' "\$@" >typed; exit; }
	X
	rm -f typed
	: >screen
	(wait_for grep -q 'ready> ' screen
	# shellcheck disable=SC2059 # keys
	printf "$1\n"
	wait_for [ -s typed ]) | TERM=dumb timeout 300 script -qefc \
		'bash --noprofile --rcfile rc -i' /dev/null >screen 2>&1
	cat typed 2>/dev/null
}
is 'bash: a long option' "$(typed "$c --reque\t5")" '<--request-timeout><5>'
is 'bash: a choice' "$(typed "$c --scheme gi\t")" '<--scheme><github>'
is 'bash: a choice after =' "$(typed "$c --scheme=str\t")" '<--scheme=stripe>'
is 'bash: a file' "$(typed "$c --tls-cert ser\t")" '<--tls-cert><server.pem>'
is 'bash: a file with a blank' "$(typed "$c -k a\t")" '<-k><a file>'
is 'bash: no file where an address is expected' "$(typed "$c --listen ser\t")" '<--listen><ser>'
is 'bash: no option after --' "$(typed "$c -- --reque\t")" '<--><--reque>'

# Values of other tools.
touch clip.mp4 clip.txt events.ndjson
echo '{"name":"ward","url":"https://w/"}
{"name":"archive","url":"https://a/"}' >ends.ndjson
with() { # TOOL NAME KEYS WANT
	c=$1
	if [ -x "$BUILD/$c" ]; then
		is "bash: $2" "$(typed "$c $3")" "$4"
	else
		skip "bash: $2" "$c is not built"
	fi
}
with vitals-extract 'one of a list' '--emit sam\t' '<--emit><sample>'
with vitals-extract 'the next of a list' '--emit sample,wa\t' '<--emit><sample,wave>'
with vitals-extract 'a method' '--method gre\t' '<--method><green>'
with vitals-extract 'a video' 'cl\t' '<clip.mp4>'
with vitals-table 'a kind' '--record meas\t' '<--record><measurement>'
with vitals-table 'a column' '-c source,heartRate.c\t' '<-c><source,heartRate.confidence>'
with vitals-table 'a format' '-f ts\t' '<-f><tsv>'
with vitals-audit 'a command' 'ver\t' '<verify>'
with vitals-audit 'a command after options' '--format table st\t' '<--format><table><stats>'
with vitals-audit 'a file after the command' 'stats eve\t' '<stats><events.ndjson>'
with vitals-post 'an endpoint' '--endpoints ends.ndjson --switch-on arc\t' \
	'<--endpoints><ends.ndjson><--switch-on><archive>'
with vitals-post 'an endpoint after =' '--endpoints=ends.ndjson --switch-on wa\t' \
	'<--endpoints=ends.ndjson><--switch-on><ward>'
with vitals 'a tool' 'extr\t' '<extract>'
with vitals 'an option of a tool' 'receive --reque\t5' '<receive><--request-timeout><5>'
with vitals 'a value of a tool' 'extract --emit wa\t' '<extract><--emit><wave>'
with vitals 'a command of a tool' 'audit st\t' '<audit><stats>'
with vitals 'a pipeline' 'pipeline fo\t' '<pipeline><folder>'
with vitals 'help' 'help cali\t' '<help><calibrate>'
with vitals 'an option of doctor' 'doctor --js\t' '<doctor><--json>'
c=vitals-receive

if command -v fish >/dev/null; then
	fish_says() { # LINE
		HOME=$WORK XDG_CONFIG_HOME=$WORK fish --no-config -c \
			"set -p PATH $BUILD; for f in '$ROOT'/completions/fish/*; source \$f; end; complete -C '$1'" | cut -f 1
	}
	is 'fish: a long option' "$(fish_says "$c --reque")" --request-timeout
	is 'fish: choices' "$(fish_says "$c --scheme " | sort | tr '\n' ' ')" 'github rfc9421 standard stripe '
	is 'fish: a file' "$(fish_says "$c --tls-cert ser")" server.pem
	is 'fish: no operand' "$(fish_says "$c ser")" ''
	with() { # TOOL NAME LINE WANT
		c=$1
		if [ -x "$BUILD/$c" ]; then
			is "fish: $2" "$(fish_says "$c $3" | head -n 1)" "$4"
		else
			skip "fish: $2" "$c is not built"
		fi
	}
	with vitals-extract 'the next of a list' '--emit sample,wa' sample,wave
	with vitals-extract 'a video first' 'cl' clip.mp4
	with vitals-table 'a kind' '--record meas' measurement
	with vitals-table 'a column' '-c source,heartRate.c' source,heartRate.confidence
	with vitals-audit 'a command' 'ver' verify
	with vitals-post 'an endpoint' '--endpoints ends.ndjson --switch-on arc' archive
	with vitals-post 'an endpoint after =' '--endpoints=ends.ndjson --switch-on wa' ward
	with vitals 'a tool' 'extr' extract
	with vitals 'an option of a tool' 'receive --request-t' --request-timeout
	with vitals 'a value of a tool' 'extract --method gre' green
	with vitals 'a pipeline' 'pipeline fo' folder
	with vitals 'an option of doctor' 'doctor --js' --json
	c=vitals-receive
else
	skip 'fish' 'no fish here'
fi

if command -v zsh >/dev/null; then
	zsh_types() { # KEYS: the line that zsh has after them
		cat >.zshrc <<-X
			fpath=("$ROOT/completions/zsh" \$fpath)
			autoload -U compinit && compinit -u -D
			PATH=$BUILD:\$PATH
			unsetopt beep list_beep
			setopt no_list_ambiguous
			PS1='ready> ' RPS1= PROMPT_EOL_MARK=
			bindkey '^I' complete-word
			$c() { printf '<%s>' "\$@" >$WORK/typed; exit; }
		X
		rm -f typed
		: >screen
		(wait_for grep -q 'ready> ' screen
		# shellcheck disable=SC2059 # keys
		printf "$1\n"
		wait_for [ -s typed ]) | TERM=dumb ZDOTDIR=$WORK timeout 300 script -qefc \
			'zsh -i' /dev/null >screen 2>&1
		cat typed 2>/dev/null
	}
	is 'zsh: a long option' "$(zsh_types "$c --request-t\t\t5")" '<--request-timeout=5>'
	is 'zsh: a choice' "$(zsh_types "$c --scheme gi\t")" '<--scheme><github>'
	is 'zsh: a file' "$(zsh_types "$c --tls-cert ser\t")" '<--tls-cert><server.pem>'
	with() { # TOOL NAME KEYS WANT
		c=$1
		if [ -x "$BUILD/$c" ]; then
			is "zsh: $2" "$(zsh_types "$c $3")" "$4"
		else
			skip "zsh: $2" "$c is not built"
		fi
	}
	with vitals-extract 'the next of a list' '--emit sample,wa\t' '<--emit><sample,wave>'
	with vitals-extract 'a video' 'cl\t' '<clip.mp4>'
	with vitals-table 'a kind' '--record meas\t' '<--record><measurement>'
	with vitals-table 'a column' '--columns source,quality.sn\t' '<--columns><source,quality.snrDb>'
	with vitals-audit 'a command' 'ver\t' '<verify>'
	with vitals-post 'an endpoint' '--endpoints ends.ndjson --switch-on arc\t' \
		'<--endpoints><ends.ndjson><--switch-on><archive>'
	with vitals 'a tool' 'extr\t' '<extract>'
	with vitals 'an option of a tool' 'receive --request-t\t\t5' '<receive><--request-timeout=5>'
	with vitals 'a value of a tool' 'extract --method gre\t' '<extract><--method><green>'
	with vitals 'a pipeline' 'pipeline fo\t' '<pipeline><folder>'
	with vitals 'an option of doctor' 'doctor --js\t\t' '<doctor><--json>'
else
	skip 'zsh' 'no zsh here'
fi
done_testing
