#pragma once
#include "protocol/decryption_error/decryption_error_message.hpp"

namespace sotto::protocol {

/// A content that no session encrypts, because there is none that works (signal-protocol.md §9.2): type 8. Nothing but
/// a decryption error may be taken from it.
struct PlaintextContent {
  base::Blob body;  // a content, then the padding marker

  static PlaintextContent carrying(const DecryptionErrorMessage& message);
  base::Blob serialize() const;

  /// Looks at the first byte only.
  ///
  /// errors  invalid_message  empty, or of another kind
  static Result<PlaintextContent> parse(base::View bytes);

  /// What is in the body, if that is a decryption error; other contents in it are never looked at.
  ///
  /// errors  invalid_message  no padding marker at the very end, no protobuf, no decryption error
  ///         invalid_key      its ratchet key is none
  Result<DecryptionErrorMessage> decryption_error() const;
};

}  // namespace sotto::protocol
