package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// answer is one line of the output: a request that was answered, or one that was not.
type answer struct {
	At      int64  `json:"at"` // epoch milliseconds of its end
	Kind    string `json:"kind"`
	Millis  int64  `json:"ms"`
	Version string `json:"version,omitempty"`
	Pod     string `json:"pod,omitempty"`
	Error   string `json:"error,omitempty"`
}

// load sends requests until its time is over or it is told to stop, and waits for those under way.
//
// Fresh requests come at a constant rate, each on a connection of its own. Kept clients ask ten times a second on one
// connection, and are net/http's: when a server has closed an idle connection, the request is sent again on a new one,
// as every grown-up client does with a GET.
func load(args []string) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	url := flags.String("url", "", "what to get")
	perSecond := flags.Int("per-second", 200, "fresh connections a second, at most 2000")
	kept := flags.Int("kept", 20, "clients with a kept-alive connection, at most 200")
	seconds := flags.Int("seconds", 60, "when to stop, at most 900")
	out := flags.String("out", "", "file of the answers, one JSON object a line")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *url == "" || *out == "" || *perSecond > 2000 || *kept > 200 || *seconds > 900 {
		return errors.New("load wants -url and -out, and no more than it allows; see -h")
	}
	file, err := os.Create(*out)
	if err != nil {
		return err
	}
	answers := make(chan answer, 1024)
	written := make(chan error, 1)
	go func() { written <- write(file, answers) }()

	stop := make(chan struct{})
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
		select {
		case <-signals:
		case <-time.After(time.Duration(*seconds) * time.Second):
		}
		close(stop)
	}()

	var clients sync.WaitGroup
	for range *kept {
		clients.Go(func() { keepAsking(*url, answers, stop) })
	}
	if *perSecond > 0 {
		clients.Go(func() { askAfresh(*url, *perSecond, answers, stop) })
	}
	clients.Wait()
	close(answers)
	return <-written
}

func keepAsking(url string, answers chan<- answer, stop <-chan struct{}) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			answers <- ask(client, "kept", url)
		}
	}
}

func askAfresh(url string, perSecond int, answers chan<- answer, stop <-chan struct{}) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	var underWay sync.WaitGroup
	defer underWay.Wait()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			underWay.Go(func() { answers <- ask(client, "fresh", url) })
		}
	}
}

func ask(client *http.Client, kind, url string) answer {
	started := time.Now()
	body, err := get(client, url)
	now := time.Now()
	a := answer{At: now.UnixMilli(), Kind: kind, Millis: now.Sub(started).Milliseconds()}
	if err != nil {
		a.Error = err.Error()
		return a
	}
	a.Version, a.Pod, _ = strings.Cut(body, " ")
	return a
}

// write empties its buffer a few times a second, so that a reader can follow.
func write(file *os.File, answers <-chan answer) error {
	buffer := bufio.NewWriter(file)
	lines := json.NewEncoder(buffer)
	flush := time.NewTicker(100 * time.Millisecond)
	defer flush.Stop()
	for {
		select {
		case <-flush.C:
			if err := buffer.Flush(); err != nil {
				return err
			}
		case a, more := <-answers:
			if !more {
				return errors.Join(buffer.Flush(), file.Close())
			}
			if err := lines.Encode(a); err != nil {
				return err
			}
		}
	}
}
