#!/bin/sh
# What `make check-valgrind` runs instead of each tool.
# The sandbox forbids what valgrind does.
VITALS_SANDBOX=off exec valgrind -q --error-exitcode=99 --leak-check=full \
	--show-leak-kinds=definite,indirect,possible \
	--errors-for-leak-kinds=definite,indirect @TOOL@ "$@"
