// The scripts of every page of the console.
