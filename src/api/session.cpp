#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"

// A session's record, and what can be asked about it. Its operations: session_operations.cpp.

using namespace sotto;
using namespace sotto::api;

namespace {

const protocol::State* current(const sotto_session* session) {
  return session == nullptr ? nullptr : session->record.current();
}

}  // namespace

sotto_status sotto_session_parse(sotto_view bytes, sotto_session** parsed) noexcept {
  if (parsed == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View stored, parse(bytes));
  TRY(protocol::Record record, translated(protocol::Record::parse(stored)));
  *parsed = new sotto_session{std::move(record)};
  return SOTTO_OK;
}

sotto_status sotto_session_serialize(const sotto_session* session, sotto_buffer* bytes) noexcept {
  if (session == nullptr || !is_sound(bytes)) return SOTTO_INVALID_ARGUMENT;
  return write(session->record.serialize().expose(), bytes);
}

void sotto_session_free(sotto_session* session) noexcept { delete session; }

int sotto_session_can_send(const sotto_session* session, uint64_t now_ms) noexcept {
  return session != nullptr && session->record.can_send(now_ms) ? 1 : 0;
}

int sotto_session_is_pending(const sotto_session* session) noexcept {
  return session != nullptr && session->record.is_pending() ? 1 : 0;
}

sotto_status sotto_session_remote_registration_id(const sotto_session* session, uint32_t* registration_id) noexcept {
  if (session == nullptr || registration_id == nullptr) return SOTTO_INVALID_ARGUMENT;
  if (current(session) == nullptr) return SOTTO_NO_SESSION;
  *registration_id = current(session)->remote_registration_id.value;
  return SOTTO_OK;
}

sotto_status sotto_session_remote_identity(const sotto_session* session, uint8_t* identity_key) noexcept {
  if (session == nullptr || identity_key == nullptr) return SOTTO_INVALID_ARGUMENT;
  if (current(session) == nullptr) return SOTTO_NO_SESSION;
  write(current(session)->remote_identity.serialize(), identity_key);
  return SOTTO_OK;
}

int sotto_session_current_ratchet_key_matches(const sotto_session* session, sotto_view ratchet_key) noexcept {
  const auto key = parse_public_key(ratchet_key);
  if (!key || current(session) == nullptr) return 0;
  return current(session)->sending.ratchet_key.public_key == *key ? 1 : 0;
}

sotto_status sotto_session_archive(const sotto_session* before, sotto_session** after) noexcept {
  if (after == nullptr) return SOTTO_INVALID_ARGUMENT;
  *after = new sotto_session{before == nullptr ? protocol::Record() : before->record.with_current_archived()};
  return SOTTO_OK;
}
