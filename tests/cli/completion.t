#!/bin/sh
# The completions, in the shells themselves.
. "$(dirname "$0")/tap.sh"
c=vitals-receive
[ -x "$BUILD/$c" ] || skip_all "$c is not built"
touch server.pem 'a file'

is() { # NAME GOT WANT
	if [ "$2" = "$3" ]; then ok "$1"; else
		printf 'got  %s\nwant %s\n' "$2" "$3" >why
		not_ok "$1" why
	fi
}

# What an interactive bash does with keys: the command is replaced by one that
# prints its arguments.
has_terminal || skip_all 'no terminal available'
typed() { # KEYS (for printf)
	cat >rc <<-X
		PS1='ready> '
		bind 'set bell-style none'
		bind 'set enable-bracketed-paste off'
		. "$ROOT/completions/bash/$c"
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

if command -v fish >/dev/null; then
	fish_says() { # LINE
		HOME=$WORK XDG_CONFIG_HOME=$WORK fish --no-config -c \
			"source '$ROOT/completions/fish/$c.fish'; complete -C '$1'" | cut -f 1
	}
	is 'fish: a long option' "$(fish_says "$c --reque")" --request-timeout
	is 'fish: choices' "$(fish_says "$c --scheme " | sort | tr '\n' ' ')" 'github rfc9421 standard stripe '
	is 'fish: a file' "$(fish_says "$c --tls-cert ser")" server.pem
	is 'fish: no operand' "$(fish_says "$c ser")" ''
else
	skip 'fish' 'no fish here'
fi

if command -v zsh >/dev/null; then
	zsh_types() { # KEYS: the line that zsh has after them
		cat >.zshrc <<-X
			fpath=("$ROOT/completions/zsh" \$fpath)
			autoload -U compinit && compinit -u -D
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
else
	skip 'zsh' 'no zsh here'
fi
done_testing
