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

// answer is one line of the output: a request that was answered or was not, or a WebSocket that has come to its end.
type answer struct {
	At      int64  `json:"at"` // epoch milliseconds of its end
	Kind    string `json:"kind"`
	Millis  int64  `json:"ms"`
	Version string `json:"version,omitempty"`
	Pod     string `json:"pod,omitempty"`
	Error   string `json:"error,omitempty"`
	// Of a WebSocket: how many words came, and whether the load ended it rather than the server.
	Words int  `json:"words,omitempty"`
	Ours  bool `json:"ours,omitempty"`
}

// target is what is asked for, and how.
type target struct {
	url string
	// host is the Host header when a proxy at the URL tells apps by it; empty: that of the URL.
	host string
	// header is one more header; a name of "" means none.
	header [2]string
}

// with is the same target, asked with this header ("name: value").
func (t target) with(header string) target {
	name, value, _ := strings.Cut(header, ":")
	t.header = [2]string{name, strings.TrimSpace(value)}
	return t
}

func (t target) request() (*http.Request, error) {
	request, err := http.NewRequest(http.MethodGet, t.url, nil)
	if err != nil {
		return nil, err
	}
	request.Host = t.host
	if t.header[0] != "" {
		request.Header.Set(t.header[0], t.header[1])
	}
	return request, nil
}

// load sends requests until its time is over or it is told to stop, and waits for those under way.
//
// Fresh requests come at a constant rate, each on a connection of its own. Kept clients ask ten times a second on one
// connection, and are net/http's: when a server has closed an idle connection, the request is sent again on a new one,
// as every grown-up client does with a GET. They have cookies, as browsers do, none of which makes them testers. Testers are kept
// clients whose requests have one more header, or one more cookie among theirs. Sockets are WebSockets that stay open as long as the
// server keeps them.
func load(args []string) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	url := flags.String("url", "", "what to get")
	perSecond := flags.Int("per-second", 200, "fresh connections a second, at most 2000")
	kept := flags.Int("kept", 20, "clients with a kept-alive connection, at most 200")
	host := flags.String("host", "", "Host header, if not that of the URL")
	byHeader := flags.Int("by-header", 0, "kept clients that send the header x-canary: true, at most 200")
	byCookie := flags.Int("by-cookie", 0, "kept clients that have the cookie canary=always, at most 200")
	sockets := flags.Int("sockets", 0, "clients with a WebSocket, at most 200")
	seconds := flags.Int("seconds", 60, "when to stop, at most 900")
	out := flags.String("out", "", "file of the answers, one JSON object a line")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *url == "" || *out == "" || *perSecond > 2000 || *kept+*byHeader+*byCookie+*sockets > 200 || *seconds > 900 {
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

	users := target{url: *url, host: *host}
	var clients sync.WaitGroup
	keep := func(count int, kind string, header string) {
		for range count {
			clients.Go(func() { keepAsking(users.with(header), kind, answers, stop) })
		}
	}
	keep(*kept, "kept", "Cookie: theme=dark; not-canary=always; canary=always-not")
	keep(*byHeader, "by-header", "X-Canary: true")
	keep(*byCookie, "by-cookie", "Cookie: theme=dark; canary=always; language=en")
	for range *sockets {
		clients.Go(func() { keepListening(users, answers, stop) })
	}
	if *perSecond > 0 {
		clients.Go(func() { askAfresh(users, *perSecond, answers, stop) })
	}
	clients.Wait()
	close(answers)
	return <-written
}

func keepAsking(to target, kind string, answers chan<- answer, stop <-chan struct{}) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			answers <- ask(client, kind, to)
		}
	}
}

func askAfresh(to target, perSecond int, answers chan<- answer, stop <-chan struct{}) {
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
			underWay.Go(func() { answers <- ask(client, "fresh", to) })
		}
	}
}

func ask(client *http.Client, kind string, to target) answer {
	started := time.Now()
	body, err := get(client, to)
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
