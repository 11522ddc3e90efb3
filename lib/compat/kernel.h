/*
 * compat_kernel: what the kernel of this machine offers, by calls that POSIX does
 * not have.
 */
#ifndef COMPAT_KERNEL_H
#define COMPAT_KERNEL_H

/* The version of Landlock, from 1; 0 if the kernel does not have it. */
int compat_kernel_landlock(void);

/* Does the kernel have seccomp filters? */
int compat_kernel_seccomp(void);

/* Is the clock synchronised, say by NTP?  Return 1 or 0; -1 if it is unknown. */
int compat_kernel_clock(void);

#endif
