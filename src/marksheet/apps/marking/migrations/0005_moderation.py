"""Rounds of moderation: what sends scripts there, what is decided on them, and on samples."""

import django.db.models.deletion
import marksheet.apps.ledger.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exams', '0007_scheme_content'),
        ('marking', '0004_two_markers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='rounds',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='plan',
            name='seed',
            field=models.CharField(blank=True, default='', max_length=40),
        ),
        migrations.CreateModel(
            name='SampleDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.CharField(choices=[('marker-1', 'Marker 1'), ('marker-2', 'Marker 2'), ('agreed', 'Agreed'), ('moderation-1', 'Moderation 1'), ('moderation-2', 'Moderation 2'), ('moderation-3', 'Moderation 3')], max_length=12)),
                ('confirmed', models.BooleanField()),
                ('event_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('marker', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('moderator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.schedule')),
            ],
        ),
        migrations.CreateModel(
            name='Moderation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', marksheet.apps.ledger.models.RefField()),
                ('round', models.CharField(choices=[('marker-1', 'Marker 1'), ('marker-2', 'Marker 2'), ('agreed', 'Agreed'), ('moderation-1', 'Moderation 1'), ('moderation-2', 'Moderation 2'), ('moderation-3', 'Moderation 3')], max_length=12)),
                ('reasons', models.JSONField(default=list)),
                ('case', models.BooleanField()),
                ('sample', models.BooleanField()),
                ('ripe', models.BooleanField(default=True)),
                ('returned', models.BooleanField(default=False)),
                ('decision', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('changed', 'Changed'), ('doubted', 'Doubted'), ('sent-back', 'Sent Back')], default='', max_length=9)),
                ('revision', models.IntegerField(default=0)),
                ('event_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('attempt', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.attempt')),
                ('moderator', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exams.schedule')),
            ],
            options={
                'indexes': [models.Index(fields=['schedule', 'decision', 'round', 'id'], name='moderation_of_schedule')],
                'constraints': [models.UniqueConstraint(fields=('attempt', 'round'), name='moderated_once_per_round')],
            },
        ),
    ]
