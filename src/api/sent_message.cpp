#include "relay/sent_message.hpp"

#include "api/arguments.hpp"
#include "api/handles.hpp"
#include "api/outputs.hpp"

using namespace sotto;
using namespace sotto::api;

namespace {

const relay::SentMessage::Recipient* recipient(const sotto_sent_message* sent, std::size_t index) {
  if (sent == nullptr || index >= sent->message.recipients.size()) return nullptr;
  return &sent->message.recipients[index];
}

}  // namespace

sotto_status sotto_sent_message_parse(sotto_view bytes, sotto_sent_message** parsed) noexcept {
  if (parsed == nullptr) return SOTTO_INVALID_ARGUMENT;
  TRY(const base::View uploaded, parse(bytes));
  auto message = relay::SentMessage::parse(uploaded);
  if (!message) return status_of(protocol::from_relay(message.error()));
  *parsed = new sotto_sent_message{*std::move(message)};
  return SOTTO_OK;
}

void sotto_sent_message_free(sotto_sent_message* sent) noexcept { delete sent; }

int sotto_sent_message_has_repeated_recipients(const sotto_sent_message* sent) noexcept {
  return sent != nullptr && sent->message.has_repeated_recipients() ? 1 : 0;
}

size_t sotto_sent_message_recipient_count(const sotto_sent_message* sent) noexcept {
  return sent == nullptr ? 0 : sent->message.recipients.size();
}

sotto_status sotto_sent_message_recipient(const sotto_sent_message* sent, size_t index, uint8_t* service_id,
                                          size_t* device_count) noexcept {
  const auto* one = recipient(sent, index);
  if (one == nullptr || service_id == nullptr || device_count == nullptr) return SOTTO_INVALID_ARGUMENT;
  write(one->service_id, service_id);
  *device_count = one->devices.size();
  return SOTTO_OK;
}

sotto_status sotto_sent_message_device(const sotto_sent_message* sent, size_t index, size_t device, uint8_t* device_id,
                                       uint32_t* registration_id) noexcept {
  const auto* one = recipient(sent, index);
  if (one == nullptr || device >= one->devices.size()) return SOTTO_INVALID_ARGUMENT;
  if (device_id == nullptr || registration_id == nullptr) return SOTTO_INVALID_ARGUMENT;
  *device_id = one->devices[device].device;
  *registration_id = one->devices[device].registration_id;
  return SOTTO_OK;
}

sotto_status sotto_sent_message_received_by(const sotto_sent_message* sent, size_t index,
                                            sotto_buffer* message) noexcept {
  const auto* one = recipient(sent, index);
  if (one == nullptr || one->is_excluded() || !is_sound(message)) return SOTTO_INVALID_ARGUMENT;
  return write(sent->message.received_by(*one), message);
}
