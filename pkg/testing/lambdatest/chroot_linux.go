package lambdatest

import "syscall"

// allowChroot lets a user who is not root start a process in another root folder, where users may make namespaces.
func allowChroot(attributes *syscall.SysProcAttr) { attributes.Cloneflags = syscall.CLONE_NEWUSER }
