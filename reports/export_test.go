package reports

// Explored is a shard of an exploration that found one failure.
var Explored = explored
