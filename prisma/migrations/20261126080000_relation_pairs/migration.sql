-- Whether two people have or had a relation, whichever it is: asked for each person who is shown to another. A student has
-- few relations, which are sorted when they are listed.
DROP INDEX "relation_student_idx";
CREATE INDEX "relation_pair_idx" ON "tutor_student_relation"("student_id", "tutor_id");
