/** A file that holds the marker and in which it cannot be told, or not be written, which scalar is meant. */
export class UnusableMarkerError extends Error {}
