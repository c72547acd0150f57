// Plays the GitHub runner of Windows for one process: starts it with pipes on a hidden console of its own, and presses
// Ctrl+C and Ctrl+Break there. What the process says goes to standard output, how it ends to standard error; orders
// come from standard input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	createNoWindow = 0x08000000
	allAccess      = 0x001fffff
	ctrlC          = 0
	ctrlBreak      = 1
	killedCode     = 137
	// As long as the runner reads on when the process has ended but a child of it still holds its output open.
	orphanedOutput = 5 * time.Second
)

var (
	kernel32                 = syscall.NewLazyDLL("kernel32.dll")
	freeConsole              = kernel32.NewProc("FreeConsole")
	attachConsole            = kernel32.NewProc("AttachConsole")
	setConsoleCtrlHandler    = kernel32.NewProc("SetConsoleCtrlHandler")
	generateConsoleCtrlEvent = kernel32.NewProc("GenerateConsoleCtrlEvent")
	createRemoteThread       = kernel32.NewProc("CreateRemoteThread")
	ctrlRoutine              = syscall.NewLazyDLL("kernelbase.dll").NewProc("CtrlRoutine")
)

// What to start: paths as Windows has them.
type step struct {
	File string
	Args []string
	Cwd  string
	// Beside those of this process, whose case does not count.
	Env map[string]string
}

// Both streams of the process, each write of it whole.
type output struct{ mutex sync.Mutex }

func (o *output) Write(bytes []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return os.Stdout.Write(bytes)
}

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("wanted: the path of a file that says what to start"))
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	var wanted step
	if err := json.Unmarshal(text, &wanted); err != nil {
		fail(err)
	}
	command := exec.Command(wanted.File, wanted.Args...)
	command.Dir = wanted.Cwd
	command.Env = os.Environ()
	for name, value := range wanted.Env {
		command.Env = append(command.Env, name+"="+value)
	}
	both := &output{}
	command.Stdout, command.Stderr = both, both
	command.WaitDelay = orphanedOutput
	command.SysProcAttr = &syscall.SysProcAttr{CreationFlags: createNoWindow}
	input, err := command.StdinPipe()
	if err != nil {
		fail(err)
	}
	if err := command.Start(); err != nil {
		fail(err)
	}
	input.Close()
	go obey(uint32(command.Process.Pid))
	_ = command.Wait() // the state says all that the error would
	say("ended %d", uint32(command.ProcessState.ExitCode()))
}

// Orders, one a line. Where they end, whoever gave them is gone.
func obey(pid uint32) {
	process, err := syscall.OpenProcess(allAccess, false, pid)
	if err != nil {
		return // it has ended
	}
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		switch orders.Text() {
		case "ctrl-c":
			pressCtrlC(pid)
		case "ctrl-break":
			pressCtrlBreak(process)
		case "kill":
			_ = syscall.TerminateProcess(process, killedCode)
		default:
			say("unknown order: %s", orders.Text())
		}
	}
	_ = syscall.TerminateProcess(process, killedCode)
}

// As the runner does it.
func pressCtrlC(pid uint32) {
	freeConsole.Call()
	if ok, _, err := attachConsole.Call(uintptr(pid)); ok == 0 {
		say("AttachConsole: %v", err)
		return
	}
	ignore := syscall.NewCallback(func(uintptr) uintptr { return 1 })
	setConsoleCtrlHandler.Call(ignore, 1)
	if ok, _, err := generateConsoleCtrlEvent.Call(ctrlC, 0); ok == 0 {
		say("GenerateConsoleCtrlEvent: %v", err)
	}
}

// GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT) of Wine 10 ends a thread of each process on the console. What Windows does
// at that event is done here: a thread that runs CtrlRoutine in the process.
func pressCtrlBreak(process syscall.Handle) {
	thread, _, err := createRemoteThread.Call(uintptr(process), 0, 0, ctrlRoutine.Addr(), ctrlBreak, 0, 0)
	if thread == 0 {
		say("CreateRemoteThread: %v", err)
		return
	}
	_ = syscall.CloseHandle(syscall.Handle(thread))
}

func say(format string, values ...any) {
	fmt.Fprintf(os.Stderr, "runner: "+format+"\n", values...)
}

func fail(err error) {
	say("%v", err)
	os.Exit(1)
}
