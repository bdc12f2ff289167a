#include "printing.hpp"

#include <qrencode.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "base/time.hpp"

namespace sotto::app {
namespace {

namespace json = boost::json;

base::Timestamp time_of(const json::object& object, std::string_view name) {
  return {object.at(name).to_number<std::int64_t>()};
}

}  // namespace

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::string code_text(const std::string& code) { return code.substr(0, 3) + " " + code.substr(3); }

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

std::string message_text(const json::object& message) {
  const json::object& sender = message.at("sender").as_object();
  const bool is_outgoing = text_of(message, "direction") == "out";
  const base::Timestamp sent = time_of(message, "sent_at"), received = time_of(message, "received_at");
  // A sender's clock may be ahead: nothing is shown as written after it came.
  std::string line = base::to_text(is_outgoing ? sent : std::min(sent, received)) + "  ";
  line += (sender.contains("claimed") ? "(claims to be) " : "") + printable_line(text_of(sender, "name")) + ": ";
  line += message.contains("unsupported_kind") ? "[a message of a kind that this version can't show]"
                                               : printable(text_of(message, "text"));
  const std::string state = text_of(message, "state"), reason = text_of(message, "reason");
  if (is_outgoing && state != "sent") line += "  [" + state + "]";
  if (!reason.empty()) line += " (" + printable_line(reason) + ")";
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
