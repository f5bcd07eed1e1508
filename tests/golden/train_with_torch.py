#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The gait authors
# SPDX-License-Identifier: MIT
"""train_with_torch.py TORCH_TRAINING [RECORDINGS] [options]: gait and PyTorch learn the same.

Both train the reference model on the same windows from the same initial weights, with the same
batches, by Adam: the losses before each of the first 100 steps must agree within 1e-3. With two
seeds or more, so must the final accuracies on users who were not trained on: their means may differ
by no more than either side's accuracies do among themselves. Without RECORDINGS, as har_prepare
writes them, a few are made up. Where there is no PyTorch the exit code is 77, which ctest takes as
"skipped".
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import numpy as np
    import torch
    from torch import nn
    from golden import Network, read_safetensors, write_safetensors
except ImportError as problem:
    print(f"skipped: {problem} (Debian's packages: python3-torch python3-numpy)")
    sys.exit(77)

STEPS = 100
TOLERANCE = 1e-3


def made_up_recordings(path):
    """Waves of seven frequencies by three users, a run of each."""
    random, samples, labels, runs = np.random.default_rng(1), [], [], []
    for user in range(3):
        for label in range(7):
            t = np.arange(2000) / 50
            wave = np.sin(2 * np.pi * (0.5 + 0.4 * label) * t[:, None] + [user, 1, 2])
            samples.append(wave + random.normal(0, 1, wave.shape) + [0, 0, 9.81])
            runs.append([len(labels) * 2000, 2000, user, 0])
            labels.append(np.full(2000, label))
    write_safetensors(path, {
        "samples": np.concatenate(samples).astype(np.float32),
        "labels": np.concatenate(labels).astype(np.uint8),
        "runs": np.array(runs, np.int64), "starts": np.zeros(len(runs))}, {
            "format": "gait recordings", "gait_version": "0", "rate_hz": "50", "units": "m/s^2",
            "classes": '["a","b","c","d","e","f","g"]', "users": '["x","y","z"]',
            "devices": '["d"]'})


def windows_first(array):
    """(N, T, F) -> (T, N, F), as PyTorch's LSTM and gait's tiles have it."""
    return torch.from_numpy(array).transpose(0, 1)


def train(initial, story, options):
    """PyTorch's losses before each step, and its accuracy on the unseen windows after the last."""
    classes = initial["3.bias"].size
    network = Network(3, 64, 64, 64, classes, torch.relu)
    network.load(initial)
    moved = [p for p in network.parameters() if p.requires_grad]
    adam = torch.optim.Adam(moved, lr=options.rate)
    x, labels = windows_first(story["windows"]), torch.from_numpy(story["labels"])
    losses = []
    epochs = torch.from_numpy(story["order"]).reshape(options.epochs, -1)
    for epoch in epochs:
        for batch in epoch.split(options.batch):
            loss = nn.functional.cross_entropy(network(x[:, batch]), labels[batch])
            losses.append(loss.item())
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(moved, options.clip)
            adam.step()
    with torch.no_grad():
        logits = torch.cat([network(part) for part in windows_first(story["unseen"]).split(500, 1)])
    right = logits.argmax(1).numpy() == story["unseen_labels"]
    return np.array(losses), right.mean()


def spread(values):
    return max(values) - min(values)


def main(options, folder):
    recordings = options.recordings
    if recordings is None:
        recordings = folder / "recordings.safetensors"
        made_up_recordings(recordings)
    ours, theirs = [], []
    for seed in range(1, options.seeds + 1):
        initial, story = folder / "initial", folder / "story"
        words = [recordings, initial, story, options.window, options.hop, options.held_out,
                 options.batch, options.epochs, options.rate, options.clip, seed]
        start = time.monotonic()
        subprocess.run([options.torch_training, *map(str, words)], check=True)
        between = time.monotonic()
        story = read_safetensors(story)[0]
        losses, accuracy = train(read_safetensors(initial)[0], story, options)
        ours.append(story["accuracies"][-1])
        theirs.append(accuracy)
        apart = abs(losses - story["losses"])[:STEPS]
        print(f"seed {seed}: {len(losses)} steps of {options.batch} windows; loss from "
              f"{losses[0]:.4f} to {losses[len(apart) - 1]:.4f} in the first {len(apart)}, at most "
              f"{apart.max():.1e} apart; in the end accuracy {ours[-1]:.4f} by gait in "
              f"{between - start:.0f} s, {accuracy:.4f} by PyTorch in "
              f"{time.monotonic() - between:.0f} s", flush=True)
        if len(apart) < STEPS:
            sys.exit(f"expected {STEPS} steps or more, found {len(apart)}")
        if not apart.max() < TOLERANCE:
            sys.exit(f"losses: expected to agree within {TOLERANCE}")
    if options.seeds > 1:
        apart, may_be = abs(np.mean(ours) - np.mean(theirs)), max(spread(ours), spread(theirs))
        print(f"mean accuracy {np.mean(ours):.4f} by gait (spread {spread(ours):.4f}), "
              f"{np.mean(theirs):.4f} by PyTorch (spread {spread(theirs):.4f})")
        if apart > may_be:
            sys.exit(f"accuracies: expected within {may_be:.4f}, found {apart:.4f} apart")


if __name__ == "__main__":
    short = "GAIT_TEST_SHORT" in os.environ  # as tests/support/short_run.hpp says
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("torch_training", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("recordings", nargs="?")
    parser.add_argument("--window", type=int, default=25 if short else 50,
                        help="samples (default: %(default)s)")
    parser.add_argument("--hop", type=int, default=25, help="samples (default: 25)")
    parser.add_argument("--held-out", type=int, default=3, metavar="N",
                        help="every N-th user is held out (default: 3)")
    parser.add_argument("--batch", type=int, default=8 if short else 64,
                        help="windows (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=1 if short else 6, help="default: %(default)s")
    parser.add_argument("--rate", type=float, default=5e-4,
                        help="Adam's (default: 0.0005; at 0.002 the roundings of either grow to "
                             "0.08 in the loss within 100 steps)")
    parser.add_argument("--clip", type=float, default=1, help="norm of the gradient (default: 1)")
    parser.add_argument("--seeds", type=int, default=1, help="how many (default: 1)")
    with tempfile.TemporaryDirectory() as scratch:
        main(parser.parse_args(), pathlib.Path(scratch))
