//! Roots and proofs beside those of the crate `ct-merkle`, and proofs that are not quite right.

use ct_merkle::{
    ConsistencyProof as TheirConsistency, InclusionProof as TheirInclusion, mem_backed_tree::MemoryBackedTree,
};
use optin::{
    id::Hash,
    ledger::{
        leaf_hash,
        merkle::{
            ConsistencyProof, Frontier, InclusionProof, ProofError, empty_root, prove_consistency,
            prove_inclusion, root_of,
        },
    },
};
use sha2::Sha256;

type Theirs = MemoryBackedTree<Sha256, Vec<u8>>;

const LEAVES: usize = 2_000;

fn envelope(nth: usize) -> Vec<u8> {
    format!("envelope {nth}").repeat(nth % 5).into_bytes()
}

fn leaves() -> Vec<Hash> {
    (0..LEAVES).map(|nth| leaf_hash(&envelope(nth))).collect()
}

fn root(tree: &Theirs) -> Hash {
    Hash(tree.root().as_bytes().to_vec().try_into().unwrap())
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// A few numbers below `below`, the ends among them.
fn some(below: usize, seed: usize) -> Vec<usize> {
    let picked = (1..6).map(|nth| seed.wrapping_mul(2_654_435_761).wrapping_add(nth * 40_503) % below.max(1));
    [0, below / 2, below.saturating_sub(1)].into_iter().chain(picked).filter(|at| *at < below).collect()
}

#[test]
fn every_root_and_its_proofs_are_those_of_ct_merkle() {
    let (leaves, mut theirs, mut ours) = (leaves(), Theirs::new(), Frontier::default());
    assert_eq!(ours.root(), empty_root());
    assert_eq!(root_of(&[]).to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for size in 1..=LEAVES {
        theirs.push(envelope(size - 1));
        ours.push(leaves[size - 1]);
        let (leaves, root) = (&leaves[..size], root(&theirs));
        assert_eq!(ours.root(), root, "the root of {size}");
        assert_eq!(Frontier::of(ours.size(), ours.roots().to_vec()), Some(ours.clone()));
        let few = size > 70;
        if few && size % 97 != 0 && !size.is_power_of_two() && !(size - 1).is_power_of_two() {
            continue;
        }
        assert_eq!(root_of(leaves), root);
        for index in if few { some(size, size) } else { (0..size).collect() } {
            let proof = prove_inclusion(leaves, index as u64).unwrap();
            assert_eq!(bytes(&proof.hashes), theirs.prove_inclusion(index).as_bytes(), "{index} of {size}");
            proof.verify(leaves[index], root).unwrap();
            let shown = TheirInclusion::<Sha256>::from_bytes(bytes(&proof.hashes));
            theirs.root().verify_inclusion(&envelope(index), index as u64, &shown).unwrap();
        }
        for old in if few { some(size, size + 1) } else { (0..size).collect() } {
            let proof = prove_consistency(leaves, old as u64).unwrap();
            proof.verify(root_of(&leaves[..old]), root).unwrap();
            if old > 0 {
                let shown = theirs.prove_consistency(size - old);
                assert_eq!(bytes(&proof.hashes), shown.as_bytes(), "{old} of {size}");
                TheirConsistency::<Sha256>::try_from_bytes(bytes(&proof.hashes)).unwrap();
            }
        }
        prove_consistency(leaves, size as u64).unwrap().verify(root, root).unwrap();
    }
}

/// Every way in which a list of hashes can be a little wrong.
fn spoilt(hashes: &[Hash], other: Hash) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for nth in 0..hashes.len() {
        for bit in (0..256).filter(|bit| (bit + nth) % 13 == 0) {
            let mut changed = hashes.to_vec();
            changed[nth].0[bit / 8] ^= 1 << (bit % 8);
            all.push(changed);
        }
        let mut fewer = hashes.to_vec();
        fewer.remove(nth);
        all.push(fewer);
        let mut twice = hashes.to_vec();
        twice.insert(nth, hashes[nth]);
        all.push(twice);
        if nth > 0 {
            let mut swapped = hashes.to_vec();
            swapped.swap(nth - 1, nth);
            all.push(swapped);
        }
        all.push(hashes[..nth].to_vec());
    }
    all.push([hashes, &[other]].concat());
    all.push([&[other], hashes].concat());
    all.push([hashes, &[empty_root()]].concat());
    all
}

fn bit_flipped(hash: Hash, bit: usize) -> Hash {
    let mut hash = hash;
    hash.0[bit / 8] ^= 1 << (bit % 8);
    hash
}

#[test]
fn an_inclusion_proof_that_was_changed_is_refused() {
    let leaves = leaves();
    for size in (1..40).chain([127, 128, 129, 300]) {
        let (leaves, root) = (&leaves[..size], root_of(&leaves[..size]));
        for index in some(size, size) {
            let (leaf, proof) = (leaves[index], prove_inclusion(leaves, index as u64).unwrap());
            proof.verify(leaf, root).unwrap();
            for hashes in spoilt(&proof.hashes, leaf) {
                let wrong = InclusionProof { hashes, ..proof.clone() };
                wrong.verify(leaf, root).unwrap_err();
            }
            for bit in (0..256).step_by(7) {
                assert_eq!(proof.verify(bit_flipped(leaf, bit), root), Err(ProofError::Root));
                assert_eq!(proof.verify(leaf, bit_flipped(root, bit)), Err(ProofError::Root));
            }
            for wrong in (0..64).map(|bit| proof.index ^ (1 << bit)) {
                InclusionProof { index: wrong, ..proof.clone() }.verify(leaf, root).unwrap_err();
            }
            for wrong in [0, proof.index, proof.size << 1, u64::MAX] {
                if wrong != proof.size {
                    InclusionProof { size: wrong, ..proof.clone() }.verify(leaf, root).unwrap_err();
                }
            }
        }
        assert_eq!(prove_inclusion(leaves, size as u64), None);
    }
    // An inner node is no leaf.
    let (a, b) = (root_of(&leaves[..2]), root_of(&leaves[2..4]));
    let inner = InclusionProof { index: 0, size: 2, hashes: vec![b] };
    assert_eq!(inner.verify(a, root_of(&leaves[..4])), Ok(()), "hashes alone do not tell");
    let as_leaf = leaf_hash(&[leaves[0].0, leaves[1].0].concat());
    assert_eq!(inner.verify(as_leaf, root_of(&leaves[..4])), Err(ProofError::Root));
}

#[test]
fn a_consistency_proof_that_was_changed_is_refused() {
    let leaves = leaves();
    for size in (1..40).chain([127, 128, 129, 300]) {
        let new = root_of(&leaves[..size]);
        for at in some(size + 1, size) {
            let (old, proof) =
                (root_of(&leaves[..at]), prove_consistency(&leaves[..size], at as u64).unwrap());
            proof.verify(old, new).unwrap();
            for hashes in spoilt(&proof.hashes, leaves[0]) {
                ConsistencyProof { hashes, ..proof.clone() }.verify(old, new).unwrap_err();
            }
            for bit in (0..256).step_by(7) {
                assert_eq!(proof.verify(bit_flipped(old, bit), new), Err(ProofError::Root));
                if at > 0 {
                    assert_eq!(proof.verify(old, bit_flipped(new, bit)), Err(ProofError::Root));
                }
            }
            for (old_size, new_size) in [
                (at as u64 + 1, size as u64),
                (size as u64, at as u64),
                (0, size as u64),
                (size as u64 + 1, size as u64),
            ] {
                let same = (old_size, new_size) == (proof.old_size, proof.new_size);
                let wrong = ConsistencyProof { old_size, new_size, ..proof.clone() };
                if !same {
                    wrong.verify(old, new).unwrap_err();
                }
            }
        }
        assert_eq!(prove_consistency(&leaves[..size], size as u64 + 1), None);
    }
    // A log that was changed and not only added to has no proof.
    let mut forked = leaves[..100].to_vec();
    forked[40] = leaf_hash(b"another");
    let proof = prove_consistency(&forked, 64).unwrap();
    assert_eq!(proof.verify(root_of(&leaves[..64]), root_of(&forked)), Err(ProofError::Root));
    // The empty tree says nothing of what comes after it, and takes no hashes.
    let nothing = ConsistencyProof { old_size: 0, new_size: 5, hashes: vec![leaves[0]] };
    assert_eq!(nothing.verify(empty_root(), root_of(&leaves[..5])), Err(ProofError::Length));
}
