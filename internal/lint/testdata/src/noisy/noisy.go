// Package noisy is a library that prints and exits.
package noisy

import (
	"fmt"
	"io"
	"log"
	"os"
)

func talk(w io.Writer) {
	fmt.Println("hello")             // want `print: fmt.Println`
	fmt.Fprintln(os.Stdout, "hello") // want `print: os.Stdout`
	println("hello")                 // want `print: only the command line`
	log.Printf("hello")              // want `print: log.Printf`
	fmt.Fprintln(w, "hello")
}

func leave() {
	os.Exit(1)     // want `exit: os.Exit`
	log.Fatal("x") // want `exit: log.Fatal`
}
