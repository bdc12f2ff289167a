#include "client/claimed_names.hpp"

#include <unicode/normlzr.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <array>
#include <memory>

#include "wire/content.hpp"
#include "wire/utf8.hpp"

namespace sotto::client::claimed_names {
namespace {

/// Names that only the software itself, or nobody, should have.
constexpr std::array<std::string_view, 9> reserved{"Sotto",    "Support",       "Sotto Support",
                                                   "Admin",    "Administrator", "Sotto Security",
                                                   "Security", "System",        "Note to self"};

bool is_unseen(UChar32 character) {
  const bool has_no_width = u_hasBinaryProperty(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
  const bool is_control = u_charType(character) == U_CONTROL_CHAR || u_charType(character) == U_FORMAT_CHAR ||
                          u_charType(character) == U_LINE_SEPARATOR || u_charType(character) == U_PARAGRAPH_SEPARATOR;
  return has_no_width || is_control;
}

const USpoofChecker* checker() {
  static const std::unique_ptr<USpoofChecker, decltype(&uspoof_close)> made = [] {
    UErrorCode failure = U_ZERO_ERROR;
    return std::unique_ptr<USpoofChecker, decltype(&uspoof_close)>(uspoof_open(&failure), &uspoof_close);
  }();
  return made.get();
}

}  // namespace

std::string safe(std::string_view name) {
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  icu::UnicodeString kept;
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    if (!is_unseen(text.char32At(at))) kept.append(text.char32At(at));
  }
  kept.trim();
  std::string made;
  kept.toUTF8String(made);
  return wire::to_nfc(made).value_or(std::string());
}

bool is_choosable(std::string_view name) {
  return !name.empty() && name.size() <= wire::max_claimed_name && wire::is_utf8(name) && safe(name) == name;
}

std::string skeleton(std::string_view name) {
  auto folded = icu::UnicodeString::fromUTF8(icu::StringPiece(name.data(), static_cast<std::int32_t>(name.size())));
  folded.foldCase();
  icu::UnicodeString made;
  UErrorCode failure = U_ZERO_ERROR;
  uspoof_getSkeletonUnicodeString(checker(), 0, folded, made, &failure);
  made.foldCase();  // a look-alike may be a capital
  std::string bytes;
  (U_SUCCESS(failure) ? made : folded).toUTF8String(bytes);
  std::erase_if(bytes, [](char c) { return c == ' ' || c == '.' || c == '_' || c == '-'; });
  return bytes;
}

std::optional<std::string> looks_like(store::Transaction& in, const store::Contact& contact) {
  if (!contact.claimed_name) return std::nullopt;
  const std::string looks = skeleton(safe(*contact.claimed_name));
  for (const std::string_view name : reserved) {
    if (skeleton(name) == looks) return std::string(name);
  }
  for (const store::Contact& other : store::contacts::all(in)) {
    if (other.account_id == contact.account_id || other.standing != store::Standing::accepted) continue;
    for (const auto* name : {&other.nickname, &other.user_name, &other.claimed_name}) {
      if (*name && skeleton(safe(**name)) == looks) return other.name();
    }
  }
  return std::nullopt;
}

}  // namespace sotto::client::claimed_names
