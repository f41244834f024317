/// What keeps rsmbench from measuring, for the person who started it.
struct Problem: Error {
  let message: String
}
