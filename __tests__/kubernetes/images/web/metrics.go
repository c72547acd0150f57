package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// buckets are the edges of the histogram, as client libraries have them by default.
var buckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

// mood is how the app treats its users, from its environment:
//
//	ERROR_RATE   part of the requests that fail with 500, e.g. 0.05
//	ERROR_BURST  so many fail one after the other (1)
//	SLOW_RATE    part of the requests that take SLOW_BY longer, e.g. 0.02
//	SLOW_BY      e.g. 300ms
//	CRASH_AFTER  seconds after its start at which it crashes, e.g. 60; after a crash, it does so again after one second
type mood struct {
	errorStart float64
	errorBurst int
	slowRate   float64
	slowBy     time.Duration

	mutex   sync.Mutex
	failing int
}

func moodOf(getenv func(string) string) *mood {
	number := func(name string) float64 {
		value, err := strconv.ParseFloat(getenv(name), 64)
		if err != nil && getenv(name) != "" {
			log.Fatalf("%s is no number: %v", name, err)
		}
		return value
	}
	m := &mood{errorBurst: max(1, int(number("ERROR_BURST"))), slowRate: number("SLOW_RATE")}
	// So often does a burst begin that this part fails over all.
	rate := number("ERROR_RATE")
	m.errorStart = rate / (float64(m.errorBurst)*(1-rate) + rate)
	if by := getenv("SLOW_BY"); by != "" {
		var err error
		if m.slowBy, err = time.ParseDuration(by); err != nil {
			log.Fatal(err)
		}
	}
	if after := number("CRASH_AFTER"); after > 0 {
		if _, err := os.Stat(crashed); err == nil {
			after = 1
		}
		time.AfterFunc(time.Duration(after*float64(time.Second)), crash)
	}
	return m
}

func (m *mood) fails() bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.failing == 0 && rand.Float64() < m.errorStart {
		m.failing = m.errorBurst
	}
	if m.failing == 0 {
		return false
	}
	m.failing--
	return true
}

func (m *mood) dawdle() {
	if m.slowBy > 0 && rand.Float64() < m.slowRate {
		time.Sleep(m.slowBy)
	}
}

// counts are what /metrics shows.
type counts struct {
	mutex    sync.Mutex
	byCode   map[int]uint64
	byBucket []uint64
	seconds  float64
	total    uint64
}

func newCounts() *counts {
	return &counts{byCode: map[int]uint64{}, byBucket: make([]uint64, len(buckets))}
}

func (c *counts) count(code int, took time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.byCode[code]++
	c.total++
	c.seconds += took.Seconds()
	for i, edge := range buckets {
		if took.Seconds() <= edge {
			c.byBucket[i]++
		}
	}
}

func (c *counts) String() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var page strings.Builder
	page.WriteString("# TYPE http_requests_total counter\n")
	for code, count := range c.byCode {
		fmt.Fprintf(&page, "http_requests_total{code=\"%d\"} %d\n", code, count)
	}
	page.WriteString("# TYPE http_request_duration_seconds histogram\n")
	for i, edge := range buckets {
		fmt.Fprintf(&page, "http_request_duration_seconds_bucket{le=\"%g\"} %d\n", edge, c.byBucket[i])
	}
	fmt.Fprintf(&page, "http_request_duration_seconds_bucket{le=\"+Inf\"} %d\n", c.total)
	fmt.Fprintf(&page, "http_request_duration_seconds_sum %g\n", c.seconds)
	fmt.Fprintf(&page, "http_request_duration_seconds_count %d\n", c.total)
	return page.String()
}

// moody serves as next does, but for those requests that fail or dawdle, and counts them all.
func moody(m *mood, c *counts, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if isUpgrade(r) {
			next(w, r)
			return
		}
		started := time.Now()
		code := http.StatusOK
		m.dawdle()
		if m.fails() {
			code = http.StatusInternalServerError
			http.Error(w, "no luck today", code)
		} else {
			next(w, r)
		}
		c.count(code, time.Since(started))
	}
}
