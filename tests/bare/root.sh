# shellcheck shell=sh
# A bare root file system of Debian RELEASE ($1; see the scripts that source this),
# made with debootstrap in $root, with the last commit in the homes of root and of an
# ordinary user.
#
# If it cannot be made (no debootstrap, no unshare, no root, no network) the run is
# reported as skipped.  Everything happens below a temporary folder, in namespaces
# that end with it: no mount and no process remains.  The last line is
# "N passed, N failed, N skipped".

set -u
LC_ALL=C
export LC_ALL
umask 022
exec </dev/null
cd "$(dirname "$0")/../.." || exit 1
tree=$(pwd)
seconds=${BARE_TIMEOUT:-3600} # for each command line
passed=0
failed=0

sum() {
	echo "$passed passed, $failed failed, ${1:-0} skipped"
	[ "$failed" -eq 0 ]
	exit
}
skip() { # REASON
	echo "skip: $name: $1"
	sum 1
}
result() { # STATUS NAME [LOG]
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok - $2"
	else
		failed=$((failed + 1))
		echo "not ok - $2"
		[ -z "${3-}" ] || tail -n 40 "$3" | sed 's/^/# /'
	fi
}

here=$(. /etc/os-release && echo "${ID-} ${VERSION_ID-} ${VERSION_CODENAME-}")
case $1 in
12 | 13) release=$1 ;;
other) case $here in "debian 12 "*) release=13 ;; *) release=12 ;; esac ;;
*) usage ;;
esac
case $release in 12) suite=bookworm ;; 13) suite=trixie ;; esac
name="Debian $release"

# ---- The root ------------------------------------------------------------

[ "$(id -u)" -eq 0 ] || skip 'only root can make its file system'
for c in debootstrap unshare chroot git apt-get ip; do
	command -v $c >/dev/null || skip "no $c here"
done
unshare --mount --pid --net --fork true 2>/dev/null || skip 'no namespaces here'
# The package source of this machine has the other release, too.
mirror=$(apt-get update --print-uris 2>/dev/null |
	sed -n "s|^'\([^']*\)/dists/${here##* }/[^']*'.*|\1|p" | head -n 1)
[ -n "$mirror" ] || skip 'apt has no package source'
proxy=$(apt-config shell p Acquire::http::Proxy | sed -n "s/^p='\(.*\)'$/\1/p")

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root
echo "== $name: debootstrap"
# shellcheck disable=SC2086 # no word without a proxy
env ${proxy:+http_proxy="$proxy"} timeout -k 10 "$seconds" unshare --mount \
	--pid --fork --kill-child debootstrap --variant=minbase \
	--include=git,ca-certificates "$suite" "$root" "$mirror" \
	>"$work/log" 2>&1
case $? in
0) ;;
124 | 137) skip "debootstrap took more than $seconds s: set BARE_TIMEOUT" ;;
*)
	tail -n 3 "$work/log" | sed 's/^/# /'
	skip 'debootstrap failed'
	;;
esac
rm -f "$root/etc/hosts"
[ -z "$proxy" ] ||
	echo "Acquire::http::Proxy \"$proxy\";" >"$root/etc/apt/apt.conf.d/proxy"
# npm also needs the certificate of a proxy that this machine trusts.
ca=${NODE_EXTRA_CA_CERTS-}
[ -z "$ca" ] || { cp "$ca" "$root/etc/ssl/proxy.crt" && ca=/etc/ssl/proxy.crt; }
echo 'tester:x:1000:1000::/home/tester:/bin/sh' >>"$root/etc/passwd"
echo 'tester:x:1000:' >>"$root/etc/group"
for home in root home/tester; do
	mkdir -p "$root/$home"
	git clone -q --no-hardlinks "$tree" "$root/$home/vitals" || exit 1
done
chown -R 1000:1000 "$root/home/tester"

# As after a login, in ~/vitals.  Its processes end with it.
cat >"$work/enter" <<'X'
root=$1 user=$2 home=$3 commands=$4 ca=$5 net=$6
[ -z "$net" ] || ip link set lo up || exit 125
mount -t proc proc "$root/proc" &&
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" &&
	mount -t tmpfs tmpfs "$root/dev/shm" || exit 125
exec chroot --userspec="$user:$user" --groups= "$root" /usr/bin/env -i \
	HOME="$home" LANG=C.UTF-8 ${WERROR:+WERROR="$WERROR"} \
	${ca:+NODE_EXTRA_CA_CERTS="$ca"} \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	sh -c 'cd ~/vitals && eval "$1"' sh "$commands"
X
# USER COMMANDS [--net]: return their status and output; with a network of their own.
as() {
	case $1 in
	root) set -- 0 /root "$2" "${3-}" ;;
	*) set -- 1000 /home/tester "$2" "${3-}" ;;
	esac
	timeout -k 10 "$seconds" unshare --mount --propagation private --pid \
		${4:+"$4"} --fork --kill-child \
		sh "$work/enter" "$root" "$1" "$2" "$3" "$ca" "$4"
}
