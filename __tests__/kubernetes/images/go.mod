// Programs of the test images: standard library only, so there is no go.sum.
module crossfade.test/images

go 1.26.0
