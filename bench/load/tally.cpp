#include "bench/load/tally.hpp"

#include <boost/endian/conversion.hpp>

#include "crypto/hash.hpp"

namespace sotto::bench {

Tally::Envelope Tally::note_envelope(base::View envelope) {
  const auto fingerprint = boost::endian::load_little_u64(crypto::sha256({envelope}).data());
  const auto [known, is_new] = seen_.try_emplace(fingerprint, breaks_);
  if (is_new) return Envelope::is_new;
  ++(known->second < breaks_ ? redelivered_ : repeated_);
  known->second = breaks_;
  return Envelope::is_known;
}

void Tally::note_arrival(std::size_t lane, std::uint64_t number) {
  Book& book = lanes_[lane];
  if (number >= book.next) {
    for (; book.next < number; ++book.next) book.skipped.insert(book.next);
    ++book.next;
    ++arrived_;
  } else if (book.skipped.erase(number) > 0) {
    ++disordered_;
    ++arrived_;
  } else {
    ++repeated_;
  }
}

std::uint64_t Tally::promised() const {
  std::uint64_t sum = 0;
  for (const Book& book : lanes_) sum += book.promised;
  return sum;
}

std::uint64_t Tally::lost() const {
  std::uint64_t sum = 0;
  for (const Book& book : lanes_) {
    for (const std::uint64_t number : book.skipped) sum += number <= book.promised;
    if (book.promised >= book.next) sum += book.promised - book.next + 1;
  }
  return sum;
}

}  // namespace sotto::bench
