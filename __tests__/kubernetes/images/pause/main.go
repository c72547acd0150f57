// pause does nothing until it is told to stop, and reaps the processes whose parents died.
//
// It is used twice: as the sandbox container that keeps a pod's namespaces open, and as process 1 of the
// pid namespace in which a test node runs, where its end is the end of every process of that node.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGINT, syscall.SIGTERM)
	for s := range signals {
		if s == syscall.SIGCHLD {
			reap()
			continue
		}
		return
	}
}

// reap collects every child that has ended: signals of the same kind merge, so one SIGCHLD may stand for many.
func reap() {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if pid <= 0 || err != nil {
			return
		}
	}
}
