#pragma once
#include "protocol/sealed/content.hpp"
#include "protocol/sender_key/record.hpp"
#include "protocol/session/record.hpp"
#include "relay/sent_message.hpp"
#include "sotto/sotto_protocol.h"

// What a handle of the C interface points at: one value of ours, that no function changes. Secrets inside wipe
// themselves.

struct sotto_key_pair {
  sotto::crypto::KeyPair keys;
};

struct sotto_session {
  sotto::protocol::Record record;
};

struct sotto_sender_key {
  sotto::protocol::SenderKeyRecord record;
};

struct sotto_opened {
  sotto::protocol::UnidentifiedSenderMessageContent content;
};

struct sotto_sent_message {
  sotto::relay::SentMessage message;
};
