#pragma once

namespace sotto::crypto {

/// An answer about secrets that may be known: whether a MAC was right, a tag, a padding. What comes out may be branched
/// on.
///
/// This is the one place where that happens; docs/constant-time.md has the list of who asks, and whatever else branches
/// on a secret is reported by the constant-time tests.
bool verdict(bool answer);

/// The same for a number up to 16: how long a padding is.
unsigned verdict(unsigned number);

}  // namespace sotto::crypto
