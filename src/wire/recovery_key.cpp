#include "wire/recovery_key.hpp"

#include <algorithm>
#include <optional>

#include "crypto/hash.hpp"
#include "crypto/hkdf.hpp"
#include "wire/bip39_words.hpp"
#include "wire/names.hpp"
#include "wire/signed.hpp"

namespace sotto::wire {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford: no I, L, O, U
constexpr std::string_view qr_prefix = "sotto-recovery:";
constexpr std::size_t key_characters = 52, check_characters = 4, group = 4;
constexpr std::size_t all_characters = key_characters + check_characters;
constexpr std::size_t word_count = 24;

RecoveryKeyProblem problem(std::string message) { return {std::move(message)}; }

std::optional<unsigned> value_of(char character) {
  if (character >= 'a' && character <= 'z') character = static_cast<char>(character - 32);
  if (character == 'O') character = '0';
  if (character == 'I' || character == 'L') character = '1';
  const auto at = alphabet.find(character);
  if (at == alphabet.npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

/// Bits as 5-bit characters, the last one filled up with zeros.
std::string to_base32(base::View bytes, std::size_t characters) {
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) {
    unsigned value = 0;
    for (std::size_t bit = i * 5; bit < i * 5 + 5; ++bit) {
      const unsigned set = bit / 8 < bytes.size() ? bytes[bit / 8] >> (7 - bit % 8) & 1u : 0u;
      value = value << 1 | set;
    }
    text += alphabet[value];
  }
  return text;
}

/// The first 20 bits of H(recovery key check, key), as four characters.
std::string check_of(const RecoveryKey& key) {
  base::Bytes<32> digest = hash(names::recovery_key_check, key.expose());
  digest[2] &= 0xF0;
  return to_base32(base::View(digest).first(3), check_characters);
}

std::string plain_text(const RecoveryKey& key) { return to_base32(key.expose(), key_characters) + check_of(key); }

RecoveryKey from_values(const std::string& values) {
  return RecoveryKey::made_by([&](std::span<std::uint8_t, 32> out) {
    for (std::size_t bit = 0; bit < 256; ++bit) {
      const unsigned set = static_cast<unsigned>(values[bit / 5]) >> (4 - bit % 5) & 1u;
      out[bit / 8] = static_cast<std::uint8_t>(unsigned{out[bit / 8]} << 1 | set);
    }
  });
}

base::Result<RecoveryKey, RecoveryKeyProblem> parse_characters(std::string_view text) {
  std::string values;
  for (const char character : text) {
    if (character == ' ' || character == '-' || character == '\n' || character == '\r' || character == '\t') continue;
    const auto value = value_of(character);
    const std::string where = "group " + std::to_string(values.size() / group + 1);
    if (values.size() == all_characters)
      return problem("the recovery key is too long: it has 14 groups of 4 characters");
    if (!value) return problem(where + " of the recovery key has a character that never occurs in one");
    values += static_cast<char>(*value);
  }
  if (values.size() < all_characters) {
    return problem("the recovery key is too short: group " + std::to_string(values.size() / group + 1) + " of 14 is " +
                   (values.size() % group == 0 ? "missing" : "incomplete"));
  }
  if ((values[key_characters - 1] & 0x0F) != 0)
    return problem("group 13 of the recovery key can't be: a character is wrong");
  RecoveryKey key = from_values(values);
  std::string check;
  for (const char value : values.substr(key_characters)) check += alphabet[static_cast<std::size_t>(value)];
  explicit_bzero(values.data(), values.size());
  if (check != check_of(key)) return problem("a character of the recovery key is wrong");
  return key;
}

/// The words between blanks, in lower case.
std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char character : text) {
    const bool is_blank = character == ' ' || character == '\n' || character == '\r' || character == '\t';
    if (!is_blank) {
      words.back() += character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

base::Result<RecoveryKey, RecoveryKeyProblem> parse_words(const std::vector<std::string>& words) {
  base::Bytes<33> bits{};
  for (std::size_t i = 0; i < word_count; ++i) {
    const auto found = std::ranges::lower_bound(bip39_words, std::string_view(words[i]));
    if (found == bip39_words.end() || *found != words[i]) {
      return problem("word " + std::to_string(i + 1) + " of the recovery key is not in the list of words");
    }
    const auto value = static_cast<unsigned>(found - bip39_words.begin());
    for (std::size_t bit = 0; bit < 11; ++bit) {
      const std::size_t at = i * 11 + bit;
      bits[at / 8] = static_cast<std::uint8_t>(unsigned{bits[at / 8]} << 1 | (value >> (10 - bit) & 1u));
    }
  }
  RecoveryKey key{std::span<const std::uint8_t, 32>(bits.data(), 32)};
  const bool fits = crypto::sha256({key.expose()})[0] == bits[32];
  explicit_bzero(bits.data(), bits.size());
  if (!fits) return problem("a word of the recovery key is wrong");
  return key;
}

}  // namespace

RecoveryKey make_recovery_key(base::Random& random) {
  return RecoveryKey::made_by([&](std::span<std::uint8_t, 32> out) { random.fill(out); });
}

std::string to_text(const RecoveryKey& key) {
  const std::string plain = plain_text(key);
  std::string text;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i % group == 0) text += '-';
    text += plain[i];
  }
  return text;
}

std::string to_qr_text(const RecoveryKey& key) { return std::string(qr_prefix) + plain_text(key); }

std::vector<std::string> to_words(const RecoveryKey& key) {
  base::Bytes<33> bits{};
  std::ranges::copy(key.expose(), bits.begin());
  bits[32] = crypto::sha256({key.expose()})[0];
  std::vector<std::string> words;
  for (std::size_t i = 0; i < word_count; ++i) {
    std::size_t value = 0;
    for (std::size_t at = i * 11; at < i * 11 + 11; ++at) value = value << 1 | (bits[at / 8] >> (7 - at % 8) & 1u);
    words.emplace_back(bip39_words[value]);
  }
  explicit_bzero(bits.data(), bits.size());
  return words;
}

base::Result<RecoveryKey, RecoveryKeyProblem> parse_recovery_key(std::string_view text) {
  for (const std::string_view scheme : {"sotto-contact:", "sotto-verify:", "sotto-device:"}) {
    if (text.starts_with(scheme)) {
      return problem("this is a " + std::string(scheme.substr(0, scheme.size() - 1)) + " link, not a recovery key");
    }
  }
  if (text.starts_with(qr_prefix)) text.remove_prefix(qr_prefix.size());
  const auto words = split_words(text);
  if (words.size() == word_count) return parse_words(words);
  return parse_characters(text);
}

RootKeys derive_root_keys(const RecoveryKey& key) {
  const auto derive = [&]<class T>(std::string_view name) {
    return crypto::hkdf_sha256<T>({}, key.expose(), base::view(name));
  };
  using Scalar = base::Secret<struct ScalarTag, 32>;
  const Scalar root = derive.operator()<Scalar>(names::root_key);
  const Scalar access = derive.operator()<Scalar>(names::backup_access_key);
  const auto seed = derive.operator()<crypto::xwing::Seed>(names::backup_key);
  return {.root = crypto::KeyPair(crypto::PrivateKey(root.expose())),
          .backup = crypto::xwing::public_key(seed),
          .backup_access = crypto::KeyPair(crypto::PrivateKey(access.expose()))};
}

}  // namespace sotto::wire
