// Package waf runs the firewall that is rendered: coraza-proxy-wasm itself, with the rules that it brings, on an emulated
// proxy, with the configuration from the objects. Requests show what is refused, what is only logged and what passes.
//
// It is a module of its own, because the firewall brings a parser and rules that nothing else needs. The plugin has no
// releases for Go, so that it is pinned by commit.
package waf
