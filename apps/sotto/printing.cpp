#include "printing.hpp"

#include <qrencode.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "base/encoding.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

constexpr std::uint32_t text_kind = 16;

json::object message_object(const client::Event& event) {
  const store::Message& message = event.message;
  json::object made{
      {"event", "message"},
      {"id", hex_id(message)},
      {"conversation", message.conversation.text()},
      {"sender",
       json::object{{"account", message.sender.text()}, {"name", event.sender_name}, {"device", message.device.value}}},
      {"text", message.body},
      {"seq", message.seq},
      {"sent_at", message.sent_at.ms},
      {"received_at", message.received_at.ms},
      {"verified", message.is_verified}};
  if (message.body_kind != text_kind) made["unsupported_kind"] = message.body_kind;
  return made;
}

}  // namespace

std::string hex_id(const store::Message& message) { return base::to_hex(message.message_id); }

std::string event_json(const client::Event& event) { return json::serialize(message_object(event)); }

std::string history_json(const client::Event& event) {
  json::object made = message_object(event);
  made["direction"] = event.message.is_outgoing ? "out" : "in";
  made["state"] = store::to_text(event.message.state);
  if (!event.message.reason.empty()) made["reason"] = event.message.reason;
  return json::serialize(made);
}

std::string printable_line(const std::string& text) {
  constexpr char hex[] = "0123456789abcdef";
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 = byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || is_c1) {
      const unsigned char code = is_c1 ? static_cast<unsigned char>(text[++i]) : byte;
      shown += std::string("\\x") + hex[code >> 4] + hex[code & 15];
    } else {
      shown += text[i];
    }
  }
  return shown;
}

std::string printable(const std::string& text) {
  std::string shown;
  std::size_t from = 0;
  while (true) {
    const std::size_t end = text.find_first_of("\n\t", from);
    shown += printable_line(text.substr(from, end - from));
    if (end == text.npos) return shown;
    shown += text[end] == '\n' ? "\n    " : "\t";
    from = end + 1;
  }
}

std::string event_text(const client::Event& event) {
  const store::Message& message = event.message;
  // A sender's clock may be ahead: nothing is shown as written after it came.
  const base::Timestamp when = message.is_outgoing ? message.sent_at : std::min(message.sent_at, message.received_at);
  std::string line = base::to_text(when) + "  ";
  line += event.is_stranger ? "(claims to be) " + printable_line(event.sender_name) : printable_line(event.sender_name);
  line += ": ";
  line +=
      message.body_kind == text_kind ? printable(message.body) : "[a message of a kind that this version can't show]";
  const bool is_worth_saying = message.is_outgoing && message.state != store::State::sent;
  if (is_worth_saying) line += "  [" + std::string(store::to_text(message.state)) + "]";
  if (!message.reason.empty()) line += " (" + printable_line(message.reason) + ")";
  return line;
}

std::string safety_number_text(const std::string& digits) {
  std::string shown;
  for (std::size_t i = 0; i < digits.size(); i += 5) {
    shown += digits.substr(i, 5);
    shown += (i / 5) % 4 == 3 ? "\n" : " ";
  }
  return shown;
}

std::string qr_text(const std::string& content) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString(content.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), &QRcode_free);
  if (!code) return {};
  constexpr int margin = 2;
  const auto is_dark = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) return false;
    return (code->data[y * code->width + x] & 1) != 0;
  };
  std::string shown;
  for (int y = -margin; y < code->width + margin; y += 2) {
    shown += "\033[30;107m";  // dark on light, whatever the terminal's ground is
    for (int x = -margin; x < code->width + margin; ++x) {
      const bool upper = is_dark(x, y), lower = is_dark(x, y + 1);
      shown += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    shown += "\033[0m\n";
  }
  return shown;
}

}  // namespace sotto::app
