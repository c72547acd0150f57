// Stands in for PowerShell, which is not to be had under Wine: it takes the same arguments, says what it got, and knows
// a few statements, one a line or split by semicolons. What a real one makes of a script cannot be seen by it.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What is around each command.
const (
	stopAtErrors = "$ErrorActionPreference = 'stop'"
	writeUTF8    = "try { [Console]::OutputEncoding = [Text.UTF8Encoding]::new($false) } catch { }"
	endAsTheLast = `if (Test-Path -LiteralPath variable:\LASTEXITCODE) { exit $LASTEXITCODE }`
)

var variable = regexp.MustCompile(`\$env:\w+`)

func main() {
	if len(os.Args) < 3 || os.Args[len(os.Args)-2] != "-Command" {
		stop("wanted: … -Command <text>")
	}
	text := os.Args[len(os.Args)-1]
	// What follows `arguments` is no statement.
	if strings.Contains(text, "\narguments ") {
		tell("arguments", os.Args[1:])
		return
	}
	lastExitCode := 0
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == endAsTheLast {
			os.Exit(lastExitCode)
		}
		if line == stopAtErrors || line == writeUTF8 {
			continue
		}
		for _, statement := range strings.Split(line, ";") {
			run(strings.TrimSpace(statement), &lastExitCode)
		}
	}
}

func run(statement string, lastExitCode *int) {
	name, rest, _ := strings.Cut(statement, " ")
	switch name {
	case "":
	case "echo":
		say(variable.ReplaceAllStringFunc(rest, func(it string) string { return os.Getenv(it[len("$env:"):]) }))
	case "exit":
		os.Exit(number(rest))
	case "sleep":
		time.Sleep(time.Duration(number(rest)) * time.Second)
	case "program":
		tell("program", filepath.Base(os.Args[0]))
	case "environment":
		tell("environment", os.Environ())
	case "hold": // a connection to that address, for ever
		hold(rest)
	case "at": // a share: at this one alone the statement is run
		share, then, _ := strings.Cut(rest, " ")
		if share == os.Getenv("CROSSFADE_SHARE") {
			run(then, lastExitCode)
		}
	case "child": // a program that runs one statement, and is waited for
		*lastExitCode = child(rest)
	default:
		stop("the stand-in for PowerShell does not know: " + statement)
	}
}

func hold(address string) {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		stop(err.Error())
	}
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		stop(err.Error())
	}
}

func child(statement string) int {
	self, err := os.Executable()
	if err != nil {
		stop(err.Error())
	}
	command := exec.Command(self, "-Command", statement)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		stop(err.Error())
	}
	_ = command.Wait() // the state says all that the error would
	return command.ProcessState.ExitCode()
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		stop(err.Error())
	}
	return value
}

func tell(what string, value any) {
	fmt.Print(what + " ")
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		stop(err.Error())
	}
}

// Lines end as PowerShell ends them.
func say(line string) {
	fmt.Print(line + "\r\n")
}

func stop(reason string) {
	fmt.Fprint(os.Stderr, reason+"\r\n")
	os.Exit(1)
}
