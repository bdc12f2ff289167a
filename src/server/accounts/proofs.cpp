#include "server/accounts/proofs.hpp"

#include <boost/endian/conversion.hpp>

#include "crypto/equal.hpp"
#include "crypto/hmac.hpp"
#include "server/limits.hpp"

namespace sotto::server {
namespace {

constexpr std::size_t open_part = 16;  // bytes before the MAC

std::string_view label(ProofOf what) {
  switch (what) {
    case ProofOf::act:
      return "Sotto v1 act challenge";
    case ProofOf::mailbox:
      return "Sotto v1 mailbox grant";
  }
  return {};
}

Proof with_mac(ProofOf what, Proof proof, const base::Bytes<32>& secret, const wire::AccountId& account) {
  const auto mac = crypto::hmac_sha256<base::Bytes<32>>(secret, base::view(label(what)), account.view(),
                                                        base::View(proof).first<open_part>());
  std::copy_n(mac.begin(), proof.size() - open_part, proof.begin() + open_part);
  return proof;
}

}  // namespace

Proof issue(ProofOf what, const base::Bytes<32>& secret, const wire::AccountId& account, base::Timestamp now,
            base::Random& random) {
  const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(limits::challenge).count();
  base::Bytes<8> end{};
  boost::endian::store_big_s64(end.data(), now.ms + life);
  const auto fresh = random.bytes<10>();
  Proof proof{};
  std::copy_n(end.begin() + 2, 6, proof.begin());
  std::copy_n(fresh.begin(), fresh.size(), proof.begin() + 6);
  return with_mac(what, proof, secret, account);
}

ChallengeState state_of(ProofOf what, const Proof& proof, const base::Bytes<32>& secret, const wire::AccountId& account,
                        base::Timestamp now) {
  if (!crypto::equal(with_mac(what, proof, secret, account), proof)) return ChallengeState::foreign;
  base::Bytes<8> end{};
  std::copy_n(proof.begin(), 6, end.begin() + 2);
  return now.ms < boost::endian::load_big_s64(end.data()) ? ChallengeState::good : ChallengeState::expired;
}

wire::MailboxId mailbox_of(const Proof& proof, const base::Bytes<32>& secret, const wire::AccountId& account) {
  const auto mac =
      crypto::hmac_sha256<base::Bytes<32>>(secret, base::view("Sotto v1 granted mailbox"), account.view(), proof);
  return wire::MailboxId::made_of(*base::fixed<16>(base::View(mac).first<16>()));
}

}  // namespace sotto::server
