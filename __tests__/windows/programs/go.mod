// Programs for Windows: standard library only, so there is no go.sum.
module crossfade.test/windows

go 1.26.0
