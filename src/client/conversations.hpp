#pragma once
#include "client/engine.hpp"

/// What a person does in a conversation beside writing a text. Each is committed when it returns, and leaves with the
/// next drain. Messages are named by their id, 32 hexadecimal digits, as the interfaces show it.
namespace sotto::client::conversations {

/// A text that answers a message.
///
/// errors  refused  no such message there; as Engine::enqueue
Result<store::Message> reply(Engine& engine, const std::string& contact, const std::string& id, std::string text);
/// Nothing as the emoji takes the reaction back.
Result<void> react(Engine& engine, const std::string& contact, const std::string& id,
                   const std::optional<std::string>& emoji);
/// Another text for a message of ours; theirs and our other devices keep the one before.
Result<void> edit(Engine& engine, const std::string& contact, const std::string& id, std::string text);
/// A message of ours is gone for everyone, as far as their devices obey.
Result<void> remove(Engine& engine, const std::string& contact, const std::string& id);
/// Tells them, if they are there now, that a text is being written, or is not any more.
///
/// errors  refused  typing is not to be told; a request that was not accepted
Result<void> tell_typing(Engine& engine, const std::string& contact, bool is_typing);
/// From now on messages disappear this many seconds after they were sent or read. 0: they stay.
Result<void> set_timer(Engine& engine, const std::string& contact, std::int64_t seconds);

/// What came was shown to a person: read receipts, where both sides want them; what disappears begins to.
///
/// up_to    the last message that was shown; nothing: all that were told
/// returns  how many were not read before
Result<std::int64_t> mark_read(Engine& engine, const std::string& contact, const std::optional<std::string>& up_to);

/// Erases what has expired, here and now. returns  when the next will
Result<std::optional<base::Timestamp>> expire(const Parts& parts);

}  // namespace sotto::client::conversations
