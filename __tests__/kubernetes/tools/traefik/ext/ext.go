// Package ext stands in for a module that lies in Traefik's repository but not in the archive that the module proxy serves:
// the place where builds of Traefik may add fields to its dynamic configuration. Like Traefik's own, it adds none.
package ext

// HTTP adds nothing to Traefik's HTTP configuration.
type HTTP struct{}

// Router adds nothing to Traefik's routers.
type Router struct{}
