//! `doorkey-fuzz RUNS [SEED] [THREADS]`: see README.md.

mod mutate;
mod oracle;
mod strict;
mod world;

use std::time::Instant;

/// Runs of one piece: a fault is found within it again from the piece's seed.
const PIECE: u64 = 1_000_000;

fn main() -> std::process::ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [runs, rest @ ..] = numbers.as_slice() else {
        eprintln!("usage: doorkey-fuzz RUNS [SEED] [THREADS]");
        return 2.into();
    };
    let (seed, threads) = (rest.first().copied().unwrap_or(1), rest.get(1).copied().unwrap_or(1).max(1));
    let start = Instant::now();
    let total = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads).map(|worker| scope.spawn(move || work(*runs, seed, worker, threads))).collect();
        workers.into_iter().map(|w| w.join().unwrap_or(None)).try_fold((0, 0), |(runs, answered), found| {
            found.map(|count| (runs + count.runs, answered + count.answered))
        })
    });
    let Some((runs, answered)) = total else { return 1.into() };
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{runs} runs in {seconds:.1} s, {:.0} a second; {answered} answered with a secret, each rightly; seed {seed}",
        runs as f64 / seconds
    );
    0.into()
}

/// Every `threads`-th piece. `None`: a fault, which was printed, or a panic.
fn work(runs: u64, seed: u64, worker: u64, threads: u64) -> Option<oracle::Count> {
    let mut total = oracle::Count::default();
    for piece in (0..runs.div_ceil(PIECE)).filter(|piece| piece % threads == worker) {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(piece);
        let here = PIECE.min(runs - piece * PIECE);
        match oracle::series(seed, here) {
            Ok(count) => {
                total.runs += count.runs;
                total.answered += count.answered;
            }
            Err((input, fault)) => {
                println!("fault: {fault}\nseed of the piece: {seed}\nrequest: {}", input.escape_ascii());
                return None;
            }
        }
        if piece % 10 == 9 {
            println!("{} million runs", piece + 1);
        }
    }
    Some(total)
}
