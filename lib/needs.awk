# Which modules a program needs, by what its source includes:
#
#	awk -v modules='crypto http …' -f lib/needs.awk FILE...
#
# Prints "needs_NAME=MODULE+MODULE" for each program, where NAME is the source
# without ".c": those of the given modules that may be linked into it.  A header
# of a module stands for the source of its name; where there is none, for the sources
# of the module that include it: all that do so directly, and those without a header
# of their name that do so by way of others of the module.  A module counts if one
# of its sources is among them that includes a header from outside, also by way of
# other headers, unless it is one of the C library.  "uses_library" has all these
# sources.

BEGIN {
	libc = "^(dlfcn|emmintrin|errno|fcntl|fnmatch|inttypes|limits|locale|math|" \
		"netdb|poll|pthread|signal|spawn|stdarg|stdatomic|stdbool|stddef|" \
		"stdint|stdio|stdlib|string|strings|termios|time|unistd|wchar)[.]h$"
	count = split(modules, list, " ")
	for (i = 1; i < ARGC; i++) {
		exists[ARGV[i]] = 1
		if (ARGV[i] ~ /^lib\/.*\.c$/)
			sources[folder(ARGV[i])] = sources[folder(ARGV[i])] " " ARGV[i]
		else if (ARGV[i] ~ /\.c$/)
			program[++programs] = ARGV[i]
	}
}

/^#[ \t]*include "/ {
	split($0, part, "\"")
	name = part[2]
	if (name ~ /\//)
		name = "lib/" name
	else if ((folder(FILENAME) "/" name) in exists)
		name = folder(FILENAME) "/" name
	else
		name = "tests/" name
	uses[FILENAME] = uses[FILENAME] " " name
}

/^#[ \t]*include </ {
	split($0, part, /[<>]/)
	if (part[2] !~ /^(arpa|linux|net|netinet|sys)\// && part[2] !~ libc)
		outside[FILENAME] = 1
}

END {
	for (file in exists)
		if (file ~ /^lib\/.*\.c$/ && uses_library(file))
			text = text "+" file
	print "uses_library=" substr(text, 2)
	for (i = 1; i <= programs; i++)
		print "needs_" substr(program[i], 1, length(program[i]) - 2) "=" needs(program[i])
}

function folder(file) {
	sub(/\/[^\/]*$/, "", file)
	return file
}

# What a file brings with it.
function next_of(file,   source) {
	if (file !~ /^lib\/.*\.h$/)
		return uses[file]
	source = file
	sub(/h$/, "c", source)
	return uses[file] " " (source in exists ? source : implement(file))
}

function implement(header,   n, i, source, own, text) {
	n = split(sources[folder(header)], source, " ")
	for (i = 1; i <= n; i++) {
		own = source[i]
		sub(/c$/, "h", own)
		if (includes(source[i], header, own in exists))
			text = text " " source[i]
	}
	return text
}

function uses_library(file,   n, i, used) {
	if (file in outside)
		return 1
	n = split(uses[file], used, " ")
	for (i = 1; i <= n; i++)
		if (uses_library(used[i]))
			return 1
	return 0
}

# Headers include each other in no circle.
function includes(file, header, directly,   n, i, used) {
	n = split(uses[file], used, " ")
	for (i = 1; i <= n; i++)
		if (used[i] == header || (!directly &&
		    folder(used[i]) == folder(header) &&
		    includes(used[i], header, 0)))
			return 1
	return 0
}

function needs(start,   seen, queue, head, tail, n, i, next_file, text, found) {
	queue[tail = 1] = start
	seen[start] = 1
	for (head = 1; head <= tail; head++) {
		if (queue[head] ~ /^lib\/.*\.c$/ && uses_library(queue[head]))
			found[substr(folder(queue[head]), 5)] = 1
		n = split(next_of(queue[head]), next_file, " ")
		for (i = 1; i <= n; i++)
			if (!(next_file[i] in seen)) {
				seen[next_file[i]] = 1
				queue[++tail] = next_file[i]
			}
	}
	for (i = 1; i <= count; i++)
		if (list[i] in found)
			text = text "+" list[i]
	return substr(text, 2)
}
