// Package layering holds no code: its tests check that imports only point
// down the pipeline, that packages say what they are, and that the paths
// named in the documents exist.
package layering
