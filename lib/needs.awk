# Which modules a program needs, by what its source includes:
#
#	awk -v modules='crypto http …' -f lib/needs.awk FILE...
#
# Prints "needs_NAME=MODULE+MODULE" for each program, where NAME is the source
# without ".c": those of the given modules that may be linked into it.  A header
# of a module stands for the source of its name, or, where there is none, for all
# sources of the module.

BEGIN {
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

END {
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
	return uses[file] " " (source in exists ? source : sources[folder(file)])
}

function needs(start,   seen, queue, head, tail, n, i, next_file, text, found) {
	queue[tail = 1] = start
	seen[start] = 1
	for (head = 1; head <= tail; head++) {
		if (queue[head] ~ /^lib\/.*\.c$/)
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
