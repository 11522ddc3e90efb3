# One line a module: the pkg-config packages that it needs.  Which modules a
# program needs follows from what its source includes: see needs.awk.

MODULES := $(notdir $(patsubst %/,%,$(wildcard lib/*/)))

PKG_video = libavformat libavcodec libavutil
PKG_dsp = fftw3
PKG_face = expat
PKG_crypto = libcrypto
PKG_http = libcurl
PKG_spool = sqlite3
PKG_sqlite = sqlite3
PKG_serve = libevent libevent_openssl libssl libcrypto
PKG_redis = hiredis libssl libcrypto
PKG_sandbox = libseccomp

# The scanner is the inner loop of every filter.
CFLAGS_json = -O3
# Inner loops over pixels and samples: let the compiler vectorise them.
CFLAGS_video = -O3
# These need more than POSIX.
CFLAGS_compat = -D_GNU_SOURCE
CFLAGS_sandbox = -D_GNU_SOURCE
CFLAGS_skin = -O3
CFLAGS_dsp = -O3
CFLAGS_synth = -O3
CFLAGS_rppg = -O3

# The Debian package of each.
DEB_libavformat = libavformat-dev
DEB_libavcodec = libavcodec-dev
DEB_libavutil = libavutil-dev
DEB_fftw3 = libfftw3-dev
DEB_expat = libexpat1-dev
DEB_libcrypto = libssl-dev
DEB_libssl = libssl-dev
DEB_libcurl = libcurl4-openssl-dev
DEB_sqlite3 = libsqlite3-dev
DEB_libevent = libevent-dev
DEB_libevent_openssl = libevent-dev
DEB_hiredis = libhiredis-dev
DEB_libseccomp = libseccomp-dev
