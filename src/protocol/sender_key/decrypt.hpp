#pragma once
#include "protocol/sender_key/message.hpp"
#include "protocol/sender_key/record.hpp"

namespace sotto::protocol {

struct SenderKeyDecrypted {
  SenderKeyRecord record;  // to be kept before the message is acknowledged
  base::Blob plaintext;
};

/// Decrypts a message of the sender whose record it is.
///
/// record   kept under (sender, message.distribution_id); an empty one if there is none
/// errors   no_sender_key      no chain of that id
///          invalid_signature  by another key than the chain's
///          duplicate_message  its iteration was used or dropped; unlike in a session this is said after the signature
///          invalid_message    more than 25,000 messages ahead, bad padding
/// cost     one verification; for the holder of the signing key up to 25,000 steps of a chain
/// source   signal-protocol.md §7.4
Result<SenderKeyDecrypted> sender_key_decrypt(const SenderKeyRecord& record, const SenderKeyMessage& message);

}  // namespace sotto::protocol
