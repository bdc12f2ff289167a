#pragma once
#include <variant>

#include "protocol/spqr/authenticator.hpp"
#include "protocol/spqr/erasure_code.hpp"

namespace sotto::protocol::spqr {

// The eleven states of the braid (spqr.md §6.1), E for the end whose encapsulation key it is, C for the one that makes
// the ciphertext. All inline: a state is copied for each message. What can be had again at the next turn is not kept:
// the seed stands for the decapsulation key, header and message for the encapsulation.

constexpr std::size_t header_chunks = 3, ek_chunks = 36, ct1_chunks = 30, ct2_chunks = 5;  // §4.3; header, ct2 with MAC

struct NoKeys {};  // E0

struct SendingHeader {  // E1
  mlkem::Seed seed;
  Encoder<header_chunks> header;
  SendingHeader clone() const { return {seed.clone(), header}; }
};

struct SendingEk {  // E2
  mlkem::Seed seed;
  Encoder<ek_chunks> ek;
  Decoder<ct1_chunks> ct1;
  SendingEk clone() const { return {seed.clone(), ek, ct1}; }
};

struct Ct1Complete {  // E3
  mlkem::Seed seed;
  Encoder<ek_chunks> ek;
  mlkem::FirstPart ct1;
  Ct1Complete clone() const { return {seed.clone(), ek, ct1}; }
};

struct ReceivingCt2 {  // E4
  mlkem::Seed seed;
  mlkem::FirstPart ct1;
  Decoder<ct2_chunks> ct2;
  ReceivingCt2 clone() const { return {seed.clone(), ct1, ct2}; }
};

struct WaitingForHeader {  // C0
  Decoder<header_chunks> header;
};

struct HeaderComplete {  // C1
  mlkem::Header header;
};

struct SendingCt1 {  // C2
  mlkem::Header header;
  mlkem::Message message;
  Encoder<ct1_chunks> ct1;
  Decoder<ek_chunks> ek;
  SendingCt1 clone() const { return {header, message.clone(), ct1, ek}; }
};

struct EkComplete {  // C3
  mlkem::Header header;
  mlkem::Message message;
  Encoder<ct1_chunks> ct1;
  mlkem::KeyVector ek;
  EkComplete clone() const { return {header, message.clone(), ct1, ek}; }
};

struct Ct1Acknowledged {  // C4
  mlkem::Header header;
  mlkem::Message message;
  mlkem::FirstPart ct1;
  Decoder<ek_chunks> ek;
  Ct1Acknowledged clone() const { return {header, message.clone(), ct1, ek}; }
};

struct SendingCt2 {  // C5
  Encoder<ct2_chunks> ct2;
};

using Phase = std::variant<NoKeys, SendingHeader, SendingEk, Ct1Complete, ReceivingCt2, WaitingForHeader,
                           HeaderComplete, SendingCt1, EkComplete, Ct1Acknowledged, SendingCt2>;

}  // namespace sotto::protocol::spqr
