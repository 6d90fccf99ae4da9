package main

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// What a change makes of a file system is what the same files on a disk would be.
func TestChangedFS(t *testing.T) {
	files := map[string][]byte{
		"a.txt": []byte("new"), "gone.txt": nil, "dir/gone.txt": nil, "dir/deep/gone.txt": nil, "left/gone.txt": nil, "more/deep/file.txt": []byte("x"),
	}
	before := fstest.MapFS{}
	for name, text := range map[string]string{"a.txt": "old", "b.txt": "b", "gone.txt": "x", "dir/gone.txt": "x", "dir/deep/gone.txt": "x", "left/gone.txt": "x", "left/stays.txt": "y"} {
		before[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c := changedFS{before, files}
	var seen []string
	require.NoError(t, fs.WalkDir(c, ".", func(name string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := c.Lstat(name)
		require.NoError(t, err)
		require.Equal(t, d.IsDir(), info.IsDir(), name)
		if !d.IsDir() {
			data, err := fs.ReadFile(c, name)
			require.NoError(t, err)
			seen = append(seen, name+"="+string(data))
		}
		return nil
	}))
	require.Equal(t, []string{"a.txt=new", "b.txt=b", "left/stays.txt=y", "more/deep/file.txt=x"}, seen)
	for _, name := range []string{"gone.txt", "dir", "dir/deep", "dir/gone.txt", "nothing"} {
		_, err := c.Lstat(name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
	_, err := c.Open("gone.txt")
	require.ErrorIs(t, err, fs.ErrNotExist)
}
