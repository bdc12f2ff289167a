#include "server/accounts/challenges.hpp"

#include <boost/endian/conversion.hpp>

#include "crypto/equal.hpp"
#include "crypto/hmac.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

using Proof = base::Bytes<24>;

/// The first 8 bytes are the end of its life in milliseconds, big-endian; the rest is the beginning of the MAC.
base::Bytes<32> made(const base::Bytes<32>& secret, const wire::MailboxId& mailbox, std::int64_t good_until_ms) {
  base::Bytes<32> challenge{};
  boost::endian::store_big_s64(challenge.data(), good_until_ms);
  const auto end_of_life = base::View(challenge).first<8>();
  const auto mac = crypto::hmac_sha256<base::Bytes<32>>(secret, base::view("Sotto v1 registration challenge"),
                                                        mailbox.view(), end_of_life);
  std::copy_n(mac.begin(), std::tuple_size_v<Proof>, challenge.begin() + 8);
  return challenge;
}

}  // namespace

Challenge issue(const base::Bytes<32>& secret, base::Timestamp now, base::Random& random) {
  const auto mailbox = wire::MailboxId::made_of(random.bytes<16>());
  const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(limits::challenge).count();
  return {.mailbox = mailbox, .challenge = made(secret, mailbox, now.ms + life)};
}

ChallengeState state_of(const Challenge& challenge, const base::Bytes<32>& secret, base::Timestamp now) {
  const auto good_until = boost::endian::load_big_s64(challenge.challenge.data());
  if (!crypto::equal(made(secret, challenge.mailbox, good_until), challenge.challenge)) return ChallengeState::foreign;
  return now.ms < good_until ? ChallengeState::good : ChallengeState::expired;
}

}  // namespace sotto::server
