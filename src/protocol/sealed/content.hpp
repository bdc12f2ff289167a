#pragma once
#include "base/id.hpp"
#include "protocol/content_type.hpp"
#include "relay/sender_certificate.hpp"

namespace sotto::protocol {

/// What the sender expects if a message can't be decrypted (signal-protocol.md §8.2, §9.3). Other values are kept.
using ContentHint = base::Id<struct ContentHintTag, std::uint32_t>;
constexpr ContentHint default_hint{0}, resendable{1}, implicit{2};

/// What is inside both versions of sealed sender: a message, and a certificate that says who sent it (§8.2).
struct UnidentifiedSenderMessageContent {
  ContentType type;
  relay::SenderCertificate sender;
  base::Blob content;  // the serialized inner message
  ContentHint hint = default_hint;
  base::Blob group_id = {};  // empty when absent

  base::Blob serialize() const;

  /// Says nothing about whether the certificate is any good.
  ///
  /// errors  invalid_message  no protobuf, a part missing, an unknown type, a malformed certificate
  ///         invalid_key      a key in the certificate is none
  static Result<UnidentifiedSenderMessageContent> parse(base::View bytes);
};

}  // namespace sotto::protocol
